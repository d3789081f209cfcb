#pragma once

#include <string>

namespace aistack::cli {

// The two ends of a pseudo-terminal.
class PseudoTerminal {
 public:
  explicit PseudoTerminal(int columns);
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;
  ~PseudoTerminal();

  int fd() const { return slave_; }
  // Everything written since the last call, as it came.
  std::string take();

 private:
  int master_ = -1;
  int slave_ = -1;
};

// What a terminal shows after this has been written to it: understands newline, carriage return,
// cursor up and erase to the end, and drops colours.
std::string screen_of(const std::string& written);

}  // namespace aistack::cli
