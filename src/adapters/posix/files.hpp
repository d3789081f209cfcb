#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace aistack::adapters::posix {

// "ENOSPC: No space left on device".
std::string errno_text(int number);
// kPermission, kDiskFull or kIo, with `why` "PATH: ENOSPC: No space left on device".
Error errno_error(int number, const std::filesystem::path& path);

// The whole text of a regular file. Absent: it does not exist. kPermission, kIo: also when it is
// longer than `max_bytes` or no regular file (a FIFO is not waited for).
Result<std::optional<std::string>> read_text(const std::filesystem::path& path,
                                             std::uint64_t max_bytes);

}  // namespace aistack::adapters::posix
