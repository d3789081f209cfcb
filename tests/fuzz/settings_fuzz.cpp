#include <cstdint>
#include <string>

#include "adapters/yaml/settings_file.hpp"

// Reads whatever bytes come as config.yaml, and shows what took effect.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aistack;
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto settings = adapters::yaml::load_settings(
      {{"config.yaml", true}},
      [&](const std::filesystem::path&) -> Result<std::optional<std::string>> { return text; });
  if (!settings && settings.error().why.empty()) __builtin_trap();  // refused without a word
  if (settings) domain::setting_rows(settings.value());
  return 0;
}
