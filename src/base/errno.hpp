#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace aistack {

// "ENOSPC: No space left on device".
std::string errno_text(int number);
// kPermission, kDiskFull or kIo, with `why` "SUBJECT: ENOSPC: No space left on device".
Error errno_error(int number, std::string_view subject);

}  // namespace aistack
