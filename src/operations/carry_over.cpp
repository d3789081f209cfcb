#include "operations/carry_over.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "operations/ownership.hpp"

namespace aistack::operations {
namespace {

bool is_anonymous(const ports::Mount& mount) {
  return mount.type == "volume" && operations::is_anonymous(mount.name);
}

std::set<std::string> targets_of(const domain::ContainerSpec& spec) {
  std::set<std::string> targets;
  for (const auto& bind : spec.host_config.value("Binds", nlohmann::json::array())) {
    const auto parts = split(bind.get<std::string>(), ':');
    if (parts.size() > 1) targets.insert(parts[1]);
  }
  for (const auto& mount : spec.host_config.value("Mounts", nlohmann::json::array()))
    targets.insert(mount.value("Target", ""));
  const auto tmpfs = spec.host_config.value("Tmpfs", nlohmann::json::object());
  for (const auto& [target, options] : tmpfs.items()) targets.insert(target);
  return targets;
}

}  // namespace

Task<> carry_anonymous_volumes(Context& context, std::string old_container,
                               domain::ContainerSpec& spec) {
  BOOST_OUTCOME_CO_TRY(const auto old, co_await context.engine.inspect_container(old_container));
  if (!old) co_return ok();
  const auto taken = targets_of(spec);
  for (const auto& mount : old->mounts) {
    if (!is_anonymous(mount) || taken.contains(mount.destination)) continue;
    auto& binds = spec.host_config["Binds"];
    if (!binds.is_array()) binds = nlohmann::json::array();
    binds.push_back(
        fmt::format("{}:{}:{}", mount.name, mount.destination, mount.writable ? "rw" : "ro"));
  }
  co_return ok();
}

}  // namespace aistack::operations
