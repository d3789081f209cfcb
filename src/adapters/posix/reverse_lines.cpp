#include "adapters/posix/reverse_lines.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace aistack::adapters::posix {
namespace {

constexpr off_t kBlock = 64 << 10;
constexpr std::size_t kLongestLine = 1 << 20;

// Reads `size` bytes at `offset`; gives errno. Shorter only if the file became shorter.
int read_block(int fd, off_t offset, off_t size, std::string& block) {
  block.resize(static_cast<std::size_t>(size));
  std::size_t have = 0;
  while (have < block.size()) {
    const auto got =
        ::pread(fd, block.data() + have, block.size() - have, offset + static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  block.resize(have);
  return 0;
}

}  // namespace

int reverse_lines(int fd, const std::function<bool(std::string_view line)>& visit) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return errno;
  std::string block;
  std::string rest;  // the end of a line whose beginning lies in an earlier block
  bool too_long = false;
  const auto emit = [&](std::string_view head) {
    const bool passed_over = too_long || head.size() + rest.size() > kLongestLine;
    too_long = false;
    if (passed_over || (head.empty() && rest.empty())) {
      rest.clear();
      return true;
    }
    if (rest.empty()) return visit(head);
    rest.insert(0, head);
    const bool more = visit(rest);
    rest.clear();
    return more;
  };
  for (off_t end = status.st_size; end > 0;) {
    const off_t begin = std::max<off_t>(0, end - kBlock);
    if (const int number = read_block(fd, begin, end - begin, block); number != 0) return number;
    std::string_view left = block;
    while (true) {
      const auto newline = left.rfind('\n');
      if (newline == std::string_view::npos) break;
      if (!emit(left.substr(newline + 1))) return 0;
      left = left.substr(0, newline);
    }
    if (rest.size() + left.size() > kLongestLine) {
      too_long = true;
      rest.clear();
    } else if (!too_long) {
      rest.insert(0, left);
    }
    end = begin;
  }
  emit({});
  return 0;
}

}  // namespace aistack::adapters::posix
