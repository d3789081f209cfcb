#include <cstdint>
#include <string>

#include "domain/versions_lock.hpp"

// Reads whatever bytes come as versions.lock. What was understood can be written back, and is then
// understood in the same way.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aistack;
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto lock = domain::parse_versions_lock("versions.lock", text);
  if (!lock) {
    if (lock.error().why.empty()) __builtin_trap();
    return 0;
  }
  auto references = lock.value().references();
  const auto reads_back = [&] {
    const auto edited = domain::edit_versions_lock(text, references);
    const auto again = domain::parse_versions_lock("versions.lock", edited);
    return again && again.value().references() == references;
  };
  if (!reads_back()) __builtin_trap();
  references["added"] = "image:1";
  if (!reads_back()) __builtin_trap();
  return 0;
}
