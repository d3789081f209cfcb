#include "terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <vector>

namespace aistack::cli {

PseudoTerminal::PseudoTerminal(int columns) : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
  if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0)
    throw std::runtime_error("no pseudo-terminal");
  slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
  if (slave_ < 0) throw std::runtime_error("no pseudo-terminal");
  termios mode{};
  ::tcgetattr(slave_, &mode);
  ::cfmakeraw(&mode);
  ::tcsetattr(slave_, TCSANOW, &mode);
  winsize size{};
  size.ws_row = 24;
  size.ws_col = static_cast<unsigned short>(columns);
  ::ioctl(slave_, TIOCSWINSZ, &size);
}

PseudoTerminal::~PseudoTerminal() {
  ::close(slave_);
  ::close(master_);
}

std::string PseudoTerminal::take() {
  std::string text;
  std::array<char, 4096> block;
  pollfd entry{master_, POLLIN, 0};
  while (::poll(&entry, 1, 0) == 1) {
    const auto got = ::read(master_, block.data(), block.size());
    if (got <= 0) break;
    text.append(block.data(), static_cast<std::size_t>(got));
  }
  return text;
}

std::string screen_of(const std::string& written) {
  std::vector<std::string> lines{""};
  std::size_t row = 0;
  std::size_t column = 0;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const char c = written[i];
    if (c == '\n') {
      column = 0;
      if (++row == lines.size()) lines.emplace_back();
    } else if (c == '\r') {
      column = 0;
    } else if (c == '\x1b') {
      const auto end = written.find_first_not_of("[0123456789;", i + 1);
      const auto number = written.substr(i + 2, end - i - 2);
      if (written[end] == 'A') row -= static_cast<std::size_t>(std::stoi(number));
      if (written[end] == 'J') {
        lines.resize(row + 1);
        lines[row].resize(column);
      }
      i = end;
    } else {
      auto& line = lines[row];
      if (line.size() <= column) line.resize(column + 1, ' ');
      line[column++] = c;
    }
  }
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) text += (i == 0 ? "" : "\n") + lines[i];
  return text;
}

}  // namespace aistack::cli
