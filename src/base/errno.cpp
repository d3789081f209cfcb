#include "base/errno.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace aistack {

std::string errno_text(int number) {
  const char* const name = ::strerrorname_np(number);
  const char* const text = ::strerrordesc_np(number);
  if (name == nullptr || text == nullptr) return fmt::format("errno {}", number);
  return fmt::format("{}: {}", name, text);
}

Error errno_error(int number, std::string_view subject) {
  auto code = ErrorCode::kIo;
  if (number == EACCES || number == EPERM || number == EROFS) code = ErrorCode::kPermission;
  if (number == ENOSPC || number == EDQUOT) code = ErrorCode::kDiskFull;
  return Error{code, fmt::format("{}: {}", subject, errno_text(number))};
}

}  // namespace aistack
