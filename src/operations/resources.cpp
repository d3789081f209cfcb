#include "operations/resources.hpp"

#include <fmt/format.h>

#include "base/when_all.hpp"
#include "operations/deploy.hpp"
#include "operations/labels.hpp"
#include "operations/ownership.hpp"
#include "operations/service_record.hpp"

namespace aistack::operations {
namespace {

constexpr std::chrono::seconds kNetworkLockWait{30};

bool is_own(const domain::NetworkSpec& spec) {
  return !spec.external || spec.name == kStackNetwork;
}

Error missing_network(const CatalogEntry& entry, const std::string& name) {
  Error error{ErrorCode::kNetworkNotFound,
              fmt::format("{} declares the network {} as external, and it does not exist",
                          entry.files.back().string(), name)};
  error.next = {fmt::format("docker network create {}", name)};
  return error;
}

// A request of an aistack that was killed may reach the engine after the next one has looked: two
// networks have the name then, and no container can join either. One is enough; the engine does not
// remove one that is in use.
Task<bool> has_one_network(Context& context, std::string name) {
  BOOST_OUTCOME_CO_TRY(auto networks, co_await context.engine.list_networks());
  std::erase_if(networks, [&](const auto& network) { return network.name != name; });
  auto left = networks.size();
  for (const auto& network : networks) {
    if (left <= 1 || !network.labels.contains(kNetworkLabel)) continue;
    const auto removed = co_await context.engine.remove_network(network.id);
    if (!removed && lost_engine(removed.error().code)) co_return removed.error();
    if (removed) --left;
  }
  co_return left > 0;
}

Task<> create_network(Context& context, std::string service, domain::NetworkSpec spec) {
  // Under a lock of its own: engines let two networks of one name be made, and then refuse both.
  const std::string lock_name = ".networks";  // no service is called so
  BOOST_OUTCOME_CO_TRY(const auto lock, co_await context.locks.acquire(
                                            lock_name, "create a network", kNetworkLockWait));
  const auto name = spec.name;
  BOOST_OUTCOME_CO_TRY(const bool made, co_await has_one_network(context, name));
  if (made) co_return ok();
  if (spec.name == kStackNetwork)
    spec.options = {{"Driver", "bridge"}, {"Labels", {{kNetworkLabel, "stack"}}}};
  else
    spec.options["Labels"][kNetworkLabel] = service;
  const auto created = co_await context.engine.create_network(std::move(spec));
  if (!created && lost_engine(created.error().code)) co_return created.error();
  BOOST_OUTCOME_CO_TRY(const bool exists, co_await has_one_network(context, name));
  if (!exists && !created) co_return created.error();
  co_return ok();
}

// Gives "", for a volume the name of one that it made: both are awaited together.
using Made = std::string;

Task<Made> ensure_networks(Context& context, const CatalogEntry& entry) {
  for (const auto& key : entry.project.network_keys) {
    auto spec = compose::network_spec(entry.project, key);
    if (!is_own(spec)) {
      BOOST_OUTCOME_CO_TRY(const auto existing, co_await context.engine.inspect_network(spec.name));
      if (!existing) co_return missing_network(entry, spec.name);
      continue;
    }
    BOOST_OUTCOME_CO_TRY(const bool exists, co_await has_one_network(context, spec.name));
    if (exists) continue;
    BOOST_OUTCOME_CO_TRY(co_await create_network(context, entry.name, std::move(spec)));
  }
  co_return Made{};
}

// Binds a new plain volume to a directory of ours.
Result<> bind_to_directory(Context& context, domain::VolumeSpec& spec) {
  const auto directory = context.volumes_root / spec.name;
  BOOST_OUTCOME_TRY(context.host.make_directory(directory));
  spec.options["Driver"] = "local";
  spec.options["DriverOpts"] = {{"type", "none"}, {"o", "bind"}, {"device", directory.string()}};
  return ok();
}

Error directory_gone(const ports::VolumeDetails& volume, const std::filesystem::path& directory) {
  Error error{ErrorCode::kNotFound,
              fmt::format("the data of the volume {} was in {}, which does not exist", volume.name,
                          directory.string())};
  error.next = {"mount the disk that it lies on, then repeat the command",
                fmt::format("or, to begin without data: sudo mkdir -p {}", directory.string())};
  return error;
}

// Has the service a container of this installation? Its record is older then; where the state was
// wiped by hand, a new installation has just written a new one.
Task<bool> has_been_used(Context& context, std::string service) {
  BOOST_OUTCOME_CO_TRY(const auto record, read_record(context.state, service));
  if (!record) co_return false;
  const ports::ContainerQuery query{.all = true, .labels = {{kServiceLabel, service}}};
  BOOST_OUTCOME_CO_TRY(const auto containers, co_await context.engine.list_containers(query));
  for (const auto& container : containers) {
    BOOST_OUTCOME_CO_TRY(const auto details,
                         co_await context.engine.inspect_container(container.id));
    if (details && details->created >= record->installed_at) co_return true;
  }
  co_return false;
}

// A volume that exists is bound to a directory that may not: a disk that is not mounted, or
// `rm -rf /var/lib/aistack/*`. An empty one in its place would look as if all data were lost, and
// what is written then would lie on the wrong disk; so it is made only where nothing speaks for
// data: no container of this installation, and not even the directory around it.
Task<> restore_directory(Context& context, const std::string& service,
                         const ports::VolumeDetails& volume, VolumesRoot root) {
  const auto directory = bind_source(volume);
  if (directory.empty() || context.host.exists(directory)) co_return ok();
  // Where this user may not look, the engine may.
  if (!context.host.list_directory(directory)) co_return ok();
  const bool ours = directory == context.volumes_root / volume.name;
  if (!ours || root == VolumesRoot::exists) co_return directory_gone(volume, directory);
  BOOST_OUTCOME_CO_TRY(const bool used, co_await has_been_used(context, service));
  if (used) co_return directory_gone(volume, directory);
  co_return context.host.make_directory(directory);
}

Task<Made> ensure_volume(Context& context, const CatalogEntry& entry, domain::VolumeSpec spec,
                         VolumesRoot root) {
  BOOST_OUTCOME_CO_TRY(const auto existing, co_await context.engine.inspect_volume(spec.name));
  if (existing) {
    if (context.engine.local()) {
      BOOST_OUTCOME_CO_TRY(co_await restore_directory(context, entry.name, *existing, root));
    }
    co_return Made{};
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
  spec.options["Labels"][kVolumeLabel] = entry.name;
  auto name = spec.name;
  BOOST_OUTCOME_CO_TRY(co_await context.engine.create_volume(std::move(spec)));
  co_return name;
}

}  // namespace

VolumesRoot find_volumes_root(const Context& context) {
  return context.host.exists(context.volumes_root) ? VolumesRoot::exists : VolumesRoot::missing;
}

Task<std::vector<std::string>> ensure_resources(Context& context, const CatalogEntry& entry,
                                                VolumesRoot root) {
  std::vector<Task<Made>> tasks;
  tasks.push_back(ensure_networks(context, entry));
  for (const auto& key : entry.project.volume_keys)
    tasks.push_back(ensure_volume(context, entry, compose::volume_spec(entry.project, key), root));
  const auto results = co_await when_all(std::move(tasks));
  std::vector<std::string> made;
  for (const auto& result : results)
    if (result && !result.value().empty()) made.push_back(result.value());
  for (const auto& result : results) {
    if (result) continue;
    (void)co_await shielded(undo_volumes(context, made));
    co_return result.error();
  }
  co_return made;
}

Task<> undo_volumes(Context& context, std::vector<std::string> names) {
  for (const auto& name : names) {
    BOOST_OUTCOME_CO_TRY(co_await context.engine.remove_volume(name));
  }
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

std::vector<std::filesystem::path> volume_roots(const Context& context) {
  std::vector<std::filesystem::path> roots{context.volumes_root};
  if (context.paths.volumes != context.volumes_root) roots.push_back(context.paths.volumes);
  return roots;
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
