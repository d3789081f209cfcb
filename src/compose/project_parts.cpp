#include "compose/project_parts.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "base/text.hpp"
#include "compose/canonical.hpp"

namespace aistack::compose {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::array kSections{"networks", "volumes", "secrets", "configs"};

std::string doubled(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '$') result += c;
  }
  return result;
}

Json with_doubled_dollars(const Json& value) {
  if (value.is_string()) return doubled(value.get_ref<const std::string&>());
  if (!value.is_object() && !value.is_array()) return value;
  Json result = value.is_object() ? Json::object() : Json::array();
  for (auto item = value.begin(); item != value.end(); ++item) {
    if (value.is_object()) {
      result[doubled(item.key())] = with_doubled_dollars(*item);
    } else {
      result.push_back(with_doubled_dollars(*item));
    }
  }
  return result;
}

}  // namespace

std::vector<std::string> active_profiles(const std::map<std::string, std::string>& environment) {
  const auto found = environment.find("COMPOSE_PROFILES");
  std::vector<std::string> names;
  // Without the variable the profile "" is active, which some files name on purpose.
  for (const auto& name : split(found == environment.end() ? "" : found->second, ',')) {
    names.emplace_back(trim(name));
  }
  return names;
}

std::string normal_name(const std::string& name) {
  std::string normal;
  for (const char raw : name) {
    const char c = raw >= 'A' && raw <= 'Z' ? static_cast<char>(raw - 'A' + 'a') : raw;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (letter || (!normal.empty() && (c == '_' || c == '-'))) normal += c;
  }
  return normal;
}

std::vector<Dependency> dependencies(const Json& model, const Node& node,
                                     const std::vector<std::string>& enabled) {
  static constexpr std::array<std::pair<std::string_view, Dependency::Condition>, 3> kConditions{
      {{"service_started", Dependency::Condition::started},
       {"service_healthy", Dependency::Condition::healthy},
       {"service_completed_successfully", Dependency::Condition::completed}}};
  std::vector<Dependency> result;
  const Node* all = node.find("depends_on");
  if (all == nullptr || !model.contains("depends_on")) return result;
  for (const auto& entry : all->entries) {
    // Optional, and left out by its profiles: the container never hears of it.
    if (std::find(enabled.begin(), enabled.end(), entry.key) == enabled.end()) continue;
    const Json& given = model["depends_on"][entry.key];
    Dependency dependency{.service = entry.key};
    for (const auto& [name, condition] : kConditions) {
      if (given.value("condition", "") == name) dependency.condition = condition;
    }
    dependency.required = given.value("required", true);
    dependency.restart = given.value("restart", false);
    result.push_back(std::move(dependency));
  }
  return result;
}

bool wants_gpu(const Json& model) {
  if (model.contains("gpus") || model.value("runtime", "") == "nvidia") return true;
  if (model.contains("devices")) {
    for (const auto& device : model["devices"]) {
      if (device.value("source", "").starts_with("nvidia.com/")) return true;
    }
  }
  static const Json::json_pointer kDevices("/deploy/resources/reservations/devices");
  if (!model.contains(kDevices)) return false;
  const Json& devices = model.at(kDevices);
  return std::any_of(devices.begin(), devices.end(), [](const Json& device) {
    const Json none = Json::array();
    const Json& capabilities = device.contains("capabilities") ? device["capabilities"] : none;
    return device.value("driver", "") == "nvidia" ||
           std::find(capabilities.begin(), capabilities.end(), "gpu") != capabilities.end();
  });
}

void keep_used(Project& project) {
  std::map<std::string, std::set<std::string>> used;
  for (const auto& service : project.services) {
    const Json& model = service.model;
    if (model.contains("networks")) {
      for (const auto& [name, value] : model["networks"].items()) used["networks"].insert(name);
    }
    for (const auto* section : {"volumes", "secrets", "configs"}) {
      if (!model.contains(section)) continue;
      const bool mounts = std::string_view(section) == "volumes";
      for (const auto& item : model[section]) {
        if (mounts && item.value("type", "") != "volume") continue;
        if (item.contains("source")) used[section].insert(item["source"].get<std::string>());
      }
    }
  }
  for (const auto* section : kSections) {
    Json kept = Json::object();
    for (const auto& [name, value] : project.resources[section].items()) {
      if (used[section].contains(name)) kept[name] = value;
    }
    project.resources[section] = std::move(kept);
  }
  for (const auto& [name, value] : project.resources["networks"].items()) {
    project.network_keys.push_back(name);
  }
  for (const auto& [name, value] : project.resources["volumes"].items()) {
    project.volume_keys.push_back(name);
  }
}

Json whole_model(const Project& project, const Node& root) {
  std::map<std::string, Json> sorted;
  sorted["name"] = project.name;
  std::map<std::string, Json> services;
  for (const auto& service : project.services) services[service.name] = service.model;
  sorted["services"] = Json::object();
  for (auto& [name, model] : services) sorted["services"][name] = std::move(model);
  for (const auto* section : kSections) {
    if (!project.resources[section].empty()) sorted[section] = project.resources[section];
  }
  for (const auto& entry : root.entries) {
    if (entry.key.starts_with("x-")) sorted[entry.key] = plain_json(entry.value);
  }
  Json whole = Json::object();
  for (auto& [key, value] : sorted) whole[key] = std::move(value);
  return with_doubled_dollars(whole);
}

}  // namespace aistack::compose
