#include "adapters/http/failure.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cstring>
#include <system_error>

namespace aistack::http {

std::string errno_name(int error_number) {
  const char* name = ::strerrorname_np(error_number);
  return name == nullptr ? fmt::format("errno {}", error_number) : name;
}

std::string errno_text(int error_number) {
  auto text = std::generic_category().message(error_number);
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return fmt::format("{} ({})", text, errno_name(error_number));
}

}  // namespace aistack::http
