#include "operations/resources.hpp"

#include <fmt/format.h>

#include "base/when_all.hpp"
#include "operations/labels.hpp"

namespace aistack::operations {
namespace {

bool is_own(const domain::NetworkSpec& spec) {
  return !spec.external || spec.name == kStackNetwork;
}

Task<> ensure_network(Context& context, const CatalogEntry& entry, domain::NetworkSpec spec) {
  const auto name = spec.name;
  BOOST_OUTCOME_CO_TRY(const auto existing, co_await context.engine.inspect_network(name));
  if (existing) co_return ok();
  if (!is_own(spec)) {
    Error error{ErrorCode::kNetworkNotFound,
                fmt::format("{} declares the network {} as external, and it does not exist",
                            entry.files.back().string(), name)};
    error.next = {fmt::format("docker network create {}", name)};
    co_return error;
  }
  if (name == kStackNetwork)
    spec.options = {{"Driver", "bridge"}, {"Labels", {{kNetworkLabel, "stack"}}}};
  const auto created = co_await context.engine.create_network(std::move(spec));
  // Another service's pipeline may have made it a moment ago.
  if (!created && created.error().code != ErrorCode::kNameInUse) co_return created.error();
  co_return ok();
}

// Binds a new plain volume to a directory of ours.
Result<> bind_to_directory(Context& context, domain::VolumeSpec& spec) {
  const auto directory = context.volumes_root / spec.name;
  BOOST_OUTCOME_TRY(context.host.make_directory(directory));
  spec.options["Driver"] = "local";
  spec.options["DriverOpts"] = {{"type", "none"}, {"o", "bind"}, {"device", directory.string()}};
  return ok();
}

// A volume of ours is bound to a directory; when that is gone (`rm -rf /var/lib/aistack/*`), the
// engine could not mount it any more.
Result<> restore_directory(Context& context, const ports::VolumeDetails& volume) {
  const auto device = volume.options.find("device");
  if (device == volume.options.end()) return ok();
  const auto ours = (context.volumes_root / volume.name).string();
  return device->second == ours ? context.host.make_directory(ours) : Result<>{ok()};
}

Task<> ensure_volume(Context& context, const CatalogEntry& entry, domain::VolumeSpec spec) {
  BOOST_OUTCOME_CO_TRY(const auto existing, co_await context.engine.inspect_volume(spec.name));
  if (existing) {
    if (!context.engine.local()) co_return ok();
    co_return restore_directory(context, *existing);
  }
  if (spec.external) {
    Error error{ErrorCode::kNotFound,
                fmt::format("{} declares the volume {} as external, and it does not exist",
                            entry.files.back().string(), spec.name)};
    error.next = {fmt::format("docker volume create {}", spec.name)};
    co_return error;
  }
  if (spec.plain && context.engine.local()) {
    BOOST_OUTCOME_CO_TRY(bind_to_directory(context, spec));
  }
  co_return co_await context.engine.create_volume(std::move(spec));
}

}  // namespace

Task<> ensure_resources(Context& context, const CatalogEntry& entry) {
  std::vector<Task<>> tasks;
  for (const auto& key : entry.project.network_keys)
    tasks.push_back(ensure_network(context, entry, compose::network_spec(entry.project, key)));
  for (const auto& key : entry.project.volume_keys)
    tasks.push_back(ensure_volume(context, entry, compose::volume_spec(entry.project, key)));
  const auto results = co_await when_all(std::move(tasks));
  for (const auto& result : results)
    if (!result) co_return result.error();
  co_return ok();
}

std::vector<std::string> own_volumes(const CatalogEntry& entry) {
  std::vector<std::string> names;
  for (const auto& key : entry.project.volume_keys) {
    const auto spec = compose::volume_spec(entry.project, key);
    if (!spec.external) names.push_back(spec.name);
  }
  return names;
}

std::vector<std::string> own_networks(const CatalogEntry& entry) {
  std::vector<std::string> names;
  for (const auto& key : entry.project.network_keys) {
    const auto spec = compose::network_spec(entry.project, key);
    if (is_own(spec)) names.push_back(spec.name);
  }
  return names;
}

}  // namespace aistack::operations
