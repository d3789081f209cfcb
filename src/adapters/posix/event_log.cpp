#include "adapters/posix/event_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "adapters/posix/files.hpp"
#include "adapters/posix/reverse_lines.hpp"

namespace aistack::adapters::posix {
namespace {

using ports::Event;

std::string to_line(const Event& event) {
  const nlohmann::ordered_json line{{"ts", to_iso8601(event.time, TimePrecision::milliseconds)},
                                    {"event", event.name},
                                    {"service", event.service},
                                    {"operation", event.operation},
                                    {"fields", event.fields}};
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

std::optional<Event> parse_line(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto text = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
  };
  const auto time = parse_iso8601(text("ts"));
  const auto name = text("event");
  if (!time || name.empty()) return std::nullopt;
  Event event{*time, name, text("service"), text("operation"), nlohmann::json::object()};
  const auto fields = json.find("fields");
  if (fields != json.end() && fields->is_object()) event.fields = *fields;
  return event;
}

// A line that a full disk cut off has no end; the next one must not be glued to it.
bool ends_inside_a_line(int fd, off_t size) {
  char last = '\n';
  return size > 0 && ::pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

class FileEventLog : public ports::EventLog {
 public:
  explicit FileEventLog(std::filesystem::path file) : file_(std::move(file)) {}

  // Opens the file each time: a rename by logrotate is then no special case, and a program that
  // writes a handful of events holds no descriptor for it.
  Result<> append(const Event& event) override {
    if (file_.has_parent_path()) {
      BOOST_OUTCOME_TRY(make_directories(file_.parent_path(), 0755));
    }
    const Fd fd{::open(file_.c_str(),
                       O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0640)};
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) return errno_error(errno, file_);
    auto line = to_line(event);
    if (ends_inside_a_line(fd.get(), status.st_size)) line.insert(0, 1, '\n');
    ssize_t written = -1;
    do {
      written = ::write(fd.get(), line.data(), line.size());
    } while (written < 0 && errno == EINTR);
    if (written < 0) return errno_error(errno, file_);
    if (static_cast<std::size_t>(written) == line.size()) return ok();
    take_back(fd.get(), status.st_size, written);
    return errno_error(ENOSPC, file_);
  }

  Result<std::vector<Event>> tail(const std::string& service, std::size_t count,
                                  std::optional<Time> since) override {
    std::vector<Event> events;
    // What logrotate has just moved away still belongs to "the last".
    for (const auto& file : {file_, std::filesystem::path{file_.string() + ".1"}}) {
      BOOST_OUTCOME_TRY(const auto enough, collect(file, service, count, since, events));
      if (enough) break;
    }
    std::reverse(events.begin(), events.end());
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& a, const Event& b) { return a.time < b.time; });
    return events;
  }

 private:
  // Takes a half-written line back, if nobody has written after it.
  static void take_back(int fd, off_t size, ssize_t written) {
    struct stat status {};
    if (::fstat(fd, &status) == 0 && status.st_size == size + written && ::ftruncate(fd, size) != 0)
      return;  // then it stays, and `tail` passes over it
  }

  // From the newest to the oldest. True: no need to look at an older file.
  static Result<bool> collect(const std::filesystem::path& file, const std::string& service,
                              std::size_t count, std::optional<Time> since,
                              std::vector<Event>& events) {
    if (events.size() >= count) return true;
    const Fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    if (!fd) return errno == ENOENT ? Result<bool>{false} : errno_error(errno, file);
    // Parsing a gigabyte takes long; looking for a text in it does not.
    const auto needle =
        "\"service\":" +
        nlohmann::json(service).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    // Events are in order but for clocks that were set back.
    constexpr std::chrono::hours kSlack{1};
    bool enough = false;
    const int number = reverse_lines(fd.get(), [&](std::string_view line) {
      if (line.find(needle) == std::string_view::npos) return true;
      auto event = parse_line(line);
      if (!event || event->service != service) return true;
      if (since && event->time < *since) {
        enough = event->time < *since - kSlack;
        return !enough;
      }
      events.push_back(*std::move(event));
      enough = events.size() >= count;
      return !enough;
    });
    if (number != 0) return errno_error(number, file);
    return enough;
  }

  std::filesystem::path file_;
};

}  // namespace

std::unique_ptr<ports::EventLog> make_event_log(std::filesystem::path file) {
  return std::make_unique<FileEventLog>(std::move(file));
}

}  // namespace aistack::adapters::posix
