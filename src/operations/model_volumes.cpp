#include "operations/model_volumes.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "operations/ownership.hpp"
#include "operations/resources.hpp"

namespace aistack::operations {
namespace {

namespace fs = std::filesystem;

// Where a provider's program keeps its models, and which variables of its environment say
// otherwise.
struct ModelPlace {
  std::string_view provider;
  std::string_view directory;
  std::array<const char*, 2> variables;
};
constexpr std::array<ModelPlace, 2> kPlaces{{
    {"ollama", "/root/.ollama/models", {"OLLAMA_MODELS", "OLLAMA_MODELS"}},
    {"localai", "/models", {"LOCALAI_MODELS_PATH", "MODELS_PATH"}},
}};

fs::path directory_of(const ModelPlace& place, const compose::ComposeService& service) {
  const auto environment = service.model.find("environment");
  if (environment != service.model.end() && environment->is_object())
    for (const auto* variable : place.variables) {
      const auto value = environment->find(variable);
      if (value != environment->end() && value->is_string()) return value->get<std::string>();
    }
  return place.directory;
}

bool holds(const fs::path& target, const fs::path& models) {
  return target.lexically_normal() == models.lexically_normal() || lies_below(models, target) ||
         lies_below(target, models);
}

// The volumes of the main container that are mounted there, by key.
std::set<std::string> mounted_at(const CatalogEntry& entry, const fs::path& models) {
  std::set<std::string> keys;
  const auto mounts = entry.main().model.find("volumes");
  if (mounts == entry.main().model.end()) return keys;
  for (const auto& mount : *mounts)
    if (mount.value("type", "") == "volume" && holds(mount.value("target", ""), models))
      keys.insert(mount.value("source", ""));
  return keys;
}

}  // namespace

std::vector<std::string> model_volumes(const CatalogEntry& entry) {
  const auto& provider = entry.spec().models;
  if (!provider) return {};
  const auto* place = std::find_if(kPlaces.begin(), kPlaces.end(),
                                   [&](const auto& each) { return each.provider == *provider; });
  if (place == kPlaces.end()) return own_volumes(entry);
  const auto keys = mounted_at(entry, directory_of(*place, entry.main()));
  std::vector<std::string> names;
  for (const auto& key : entry.project.volume_keys)
    if (keys.contains(key)) names.push_back(compose::volume_spec(entry.project, key).name);
  return names.empty() ? own_volumes(entry) : names;
}

}  // namespace aistack::operations
