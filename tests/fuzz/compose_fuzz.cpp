#include <cstdint>
#include <string>
#include <string_view>

#include "compose/project.hpp"

// Loads whatever bytes come as a Compose file and, where it loads, makes its containers.
//
// The input is a base file, an override file, .env and an env file, separated by lines "=====".

namespace {

using namespace aistack;

std::vector<std::string> parts_of(std::string_view input) {
  static constexpr std::string_view kSeparator = "\n=====\n";
  std::vector<std::string> parts;
  for (auto at = input.find(kSeparator); at != std::string_view::npos;
       at = input.find(kSeparator)) {
    parts.emplace_back(input.substr(0, at + 1));
    input.remove_prefix(at + kSeparator.size());
  }
  parts.emplace_back(input);
  return parts;
}

void use(const compose::Project& project) {
  for (const auto& service : project.services) {
    compose::ContainerOptions options;
    for (const auto& other : compose::shared_services(service)) options.container_ids[other] = "id";
    container_spec(project, service, options).host_config.dump();
    options.drop_gpu = true;
    container_spec(project, service, options).config.dump();
  }
  for (const auto& key : project.network_keys) network_spec(project, key);
  for (const auto& key : project.volume_keys) volume_spec(project, key);
  compose::to_text(project.model);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parts = parts_of({reinterpret_cast<const char*>(data), size});
  compose::LoadRequest request;
  request.environment = {{"HOME", "/root"}, {"SET", "value"}, {"EMPTY", ""}};
  request.files.push_back({"/srv/app.yaml", parts[0]});
  if (parts.size() > 1) request.files.push_back({"/srv/app.override.yaml", parts[1]});
  request.read_file = [&](const std::filesystem::path& path) -> Result<std::optional<std::string>> {
    if (path == "/srv/.env" && parts.size() > 2) return std::optional(parts[2]);
    if (path == "/srv/a.env" && parts.size() > 3) return std::optional(parts[3]);
    return std::optional<std::string>();
  };
  const auto project = compose::load(request);
  if (project) use(project.value());
  return 0;
}
