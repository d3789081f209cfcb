#include "cli/output.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include <fmt/format.h>

namespace aistack::cli {
namespace {

constexpr std::size_t kBuffer = 64 << 10;
constexpr int kDefaultWidth = 80;
constexpr int kLeastWidth = 20;

std::string lookup(const std::map<std::string, std::string>& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string{} : found->second;
}

// A descriptor that another program set to non-blocking: wait until it takes more.
void wait_writable(int fd) {
  pollfd entry{fd, POLLOUT, 0};
  ::poll(&entry, 1, -1);
}

// JOURNAL_STREAM is inherited; that stderr still is what it names, only its numbers tell.
bool is_journal(int fd, const std::string& stream) {
  struct stat status {};
  if (stream.empty() || ::fstat(fd, &status) != 0) return false;
  return stream == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

}  // namespace

Output::Output(int out_fd, int err_fd, const std::map<std::string, std::string>& environment)
    : out_fd_(out_fd), err_fd_(err_fd) {
  const auto columns = lookup(environment, "COLUMNS");
  std::from_chars(columns.data(), columns.data() + columns.size(), columns_);
  if (!lookup(environment, "NO_COLOR").empty() || lookup(environment, "TERM") == "dumb")
    color_allowed_ = false;
  journal_ = is_journal(err_fd_, lookup(environment, "JOURNAL_STREAM"));
}

Output::~Output() {
  flush();
}

void Output::write(std::string_view text) {
  if (overlay_ != nullptr) overlay_->take_away(Overlay::Printed::answer);
  if (broken_ || failure_ != 0) return;
  buffer_ += text;
  if (buffer_.size() >= kBuffer) flush();
}

void Output::write_line(std::string_view text) {
  write(text);
  write("\n");
}

void Output::flush() {
  if (!broken_ && failure_ == 0 && !buffer_.empty()) write_all(out_fd_, buffer_);
  buffer_.clear();
}

void Output::draw(std::string_view text) {
  flush();
  write_all(err_fd_, text);
}

void Output::error(std::string_view text, Priority priority) {
  using Printed = Overlay::Printed;
  const auto what = priority == Priority::error ? Printed::answer : Printed::aside;
  if (overlay_ != nullptr) overlay_->take_away(what);
  flush();
  if (journal_)
    write_all(err_fd_, with_priority(text, priority));
  else
    write_all(err_fd_, text);
  if (overlay_ != nullptr && what == Printed::aside && text.ends_with('\n')) overlay_->put_back();
}

void Output::error_line(std::string_view text, Priority priority) {
  error(std::string{text} + '\n', priority);
}

std::string Output::with_priority(std::string_view text, Priority priority) {
  std::string marked;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n') + 1);  // npos + 1 is 0: it has no end
    if (err_begins_line_) marked += fmt::format("<{}>", static_cast<int>(priority));
    const auto taken = line.empty() ? text : line;
    marked += taken;
    err_begins_line_ = taken.back() == '\n';
    text.remove_prefix(taken.size());
  }
  return marked;
}

void Output::write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN) {
      wait_writable(fd);
      continue;
    }
    // What cannot be told on stderr cannot be told at all.
    if (fd != out_fd_) return;
    if (errno == EPIPE)
      broken_ = true;
    else
      failure_ = errno;
    return;
  }
}

Output::Terminal Output::terminal(Stream stream) const {
  const int fd = stream == Stream::out ? out_fd_ : err_fd_;
  Terminal terminal;
  terminal.is_terminal = ::isatty(fd) == 1;
  terminal.color = terminal.is_terminal && color_allowed_;
  terminal.width = columns_ > 0 ? columns_ : kDefaultWidth;
  winsize size{};
  if (terminal.is_terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    terminal.width = size.ws_col;
  if (terminal.width < kLeastWidth) terminal.width = kLeastWidth;
  return terminal;
}

}  // namespace aistack::cli
