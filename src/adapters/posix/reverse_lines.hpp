#pragma once

#include <functional>
#include <string_view>

namespace aistack::adapters::posix {

// Calls `visit` with each line of a regular file, the last one first, until it returns false.
// Reads in blocks, holds one block and one line, and passes over lines longer than 1 MiB.
// Gives errno, 0 when it went well.
int reverse_lines(int fd, const std::function<bool(std::string_view line)>& visit);

}  // namespace aistack::adapters::posix
