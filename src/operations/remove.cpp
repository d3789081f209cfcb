#include "operations/remove.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "operations/labels.hpp"
#include "operations/operation.hpp"
#include "operations/removal.hpp"
#include "operations/resources.hpp"
#include "operations/snapshot.hpp"
#include "operations/stack.hpp"
#include "operations/stop.hpp"
#include "operations/swap.hpp"
#include "operations/update_journal.hpp"

namespace aistack::operations {
namespace {

Task<> remove_containers(Context& context, const ServiceView& view,
                         const std::vector<ports::ContainerSummary>& all, RemoveReport& report) {
  BOOST_OUTCOME_CO_TRY(co_await stop_containers(context, view));
  for (auto part = view.containers.rbegin(); part != view.containers.rend(); ++part) {
    const auto& name = part->service->container_name;
    // What a killed replacement left behind goes too.
    for (const auto& container : all)
      if (container.name == next_name(name) || container.name == previous_name(name)) {
        BOOST_OUTCOME_CO_TRY(
            co_await context.engine.remove_container(container.id, kWithItsVolumes));
      }
    if (!part->container) continue;
    BOOST_OUTCOME_CO_TRY(
        co_await context.engine.remove_container(part->container->id, kWithItsVolumes));
    report.containers.push_back(part->container->name);
  }
  co_return ok();
}

// Does another service of the catalog that is installed use this network?
bool used_elsewhere(Context& context, const CatalogEntry& entry, const std::string& network,
                    const std::vector<ports::ContainerSummary>& all) {
  for (const auto& other : context.catalog.entries()) {
    if (other.name == entry.name) continue;
    const auto networks = own_networks(other);
    if (std::find(networks.begin(), networks.end(), network) == networks.end()) continue;
    const auto view = view_of(context, other, all);
    if (!view || view.value().installed()) return true;
  }
  return false;
}

// The stack's network is ours when we labelled it, or when nobody did: made by hand with `docker
// network create`, which is how a deleted one is mended.
bool may_remove(const ports::NetworkDetails& network) {
  return network.labels.empty() || network.labels.contains(kNetworkLabel);
}

Task<> remove_networks(Context& context, const CatalogEntry& entry,
                       const std::vector<ports::ContainerSummary>& all, RemoveReport& report) {
  for (const auto& network : own_networks(entry)) {
    if (used_elsewhere(context, entry, network, all)) continue;
    BOOST_OUTCOME_CO_TRY(const auto seen, co_await context.engine.inspect_network(network));
    if (!seen) continue;
    if (network == kStackNetwork && !may_remove(*seen)) continue;
    const auto removed = co_await context.engine.remove_network(network);
    if (removed) {
      report.networks.push_back(network);
      continue;
    }
    // Somebody else's container is in it: theirs to decide.
    if (removed.error().code != ErrorCode::kConflict) co_return removed.error();
    context.progress.note(entry.name,
                          fmt::format("the network {} stays: other containers use it", network));
  }
  co_return ok();
}

// The engine names the containers that use a volume by id; people know them by name.
Task<> explain_in_use(Context& context, const CatalogEntry& entry, const std::string& volume,
                      Error error) {
  error.what = fmt::format("cannot remove the volume {}", volume);
  error.state =
      fmt::format("the containers of {} are gone, the data of {} is untouched", entry.name, volume);
  BOOST_OUTCOME_CO_TRY(const auto containers, co_await context.engine.list_containers({}));
  for (const auto& container : containers) {
    if (error.why.find(container.id) == std::string::npos) continue;
    error.why = fmt::format("the container {} uses it", container.name);
    error.next = {fmt::format("docker rm -f {}", container.name)};
  }
  error.next.push_back(
      fmt::format("aistack remove {} --purge, once that container is gone", entry.name));
  co_return error;
}

// The copies that updates made of the data are data, too.
Task<> forget_updates(Context& context, const CatalogEntry& entry, RemoveReport& report) {
  BOOST_OUTCOME_CO_TRY(const auto plan, read_plan(context, entry.name));
  if (!plan) co_return ok();
  auto copies = plan->snapshots;
  if (const auto before = domain::proven_before(*plan))
    copies.insert(copies.end(), before->snapshots.begin(), before->snapshots.end());
  for (const auto& copy : copies) {
    BOOST_OUTCOME_CO_TRY(const auto bytes, context.host.tree_bytes(copy.saved));
    report.freed_bytes += bytes;
  }
  BOOST_OUTCOME_CO_TRY(drop_snapshots(context, copies));
  co_return remove_plan(context, entry.name);
}

Task<> purge_volumes(Context& context, const CatalogEntry& entry, RemoveReport& report) {
  for (const auto& volume : own_volumes(entry)) {
    BOOST_OUTCOME_CO_TRY(const auto seen, co_await context.engine.inspect_volume(volume));
    if (seen) {
      const auto removed = co_await context.engine.remove_volume(volume);
      if (!removed && removed.error().code == ErrorCode::kVolumeInUse)
        co_return co_await explain_in_use(context, entry, volume, removed.error());
      BOOST_OUTCOME_CO_TRY(removed);
      report.volumes.push_back(volume);
    }
    if (!context.engine.local()) continue;
    const auto directory = context.volumes_root / volume;
    BOOST_OUTCOME_CO_TRY(const auto bytes, context.host.tree_bytes(directory));
    BOOST_OUTCOME_CO_TRY(context.host.remove_tree(directory));
    report.freed_bytes += bytes;
  }
  BOOST_OUTCOME_CO_TRY(co_await forget_updates(context, entry, report));
  BOOST_OUTCOME_CO_TRY(context.secrets.remove(entry.name));
  co_return ok();
}

Task<> list_kept(Context& context, const CatalogEntry& entry, RemoveReport& report) {
  for (const auto& volume : own_volumes(entry)) {
    BOOST_OUTCOME_CO_TRY(const auto seen, co_await context.engine.inspect_volume(volume));
    if (seen) report.kept_volumes.push_back(volume);
  }
  co_return ok();
}

Task<RemoveReport> run(Context& context, const CatalogEntry& entry, PurgeData purge) {
  RemoveReport report{.service = entry.name};
  BOOST_OUTCOME_CO_TRY(const auto all, co_await context.engine.list_containers({}));
  BOOST_OUTCOME_CO_TRY(const auto view, view_of(context, entry, all));
  report.was_installed = view.installed();
  BOOST_OUTCOME_CO_TRY(co_await remove_containers(context, view, all, report));
  BOOST_OUTCOME_CO_TRY(co_await remove_networks(context, entry, all, report));
  if (purge == PurgeData::yes) {
    BOOST_OUTCOME_CO_TRY(co_await purge_volumes(context, entry, report));
  } else {
    BOOST_OUTCOME_CO_TRY(co_await list_kept(context, entry, report));
  }
  BOOST_OUTCOME_CO_TRY(remove_record(context.state, entry.name));
  co_return report;
}

nlohmann::json document(const RemoveReport& report, PurgeData purge, Time now) {
  return {{"service", report.service},           {"time", to_iso8601(now)},
          {"purge", purge == PurgeData::yes},    {"containers", report.containers},
          {"networks", report.networks},         {"volumes", report.volumes},
          {"kept_volumes", report.kept_volumes}, {"freed_bytes", report.freed_bytes}};
}

}  // namespace

Task<RemoveReport> remove(Context& context, std::string service, PurgeData purge) {
  BOOST_OUTCOME_CO_TRY(const auto* entry, context.catalog.find(service));
  BOOST_OUTCOME_CO_TRY(auto operation, co_await Operation::begin(context, service, "remove"));
  context.progress.step(service, "removing");
  auto removed = co_await run(context, *entry, purge);
  if (!removed) {
    auto error = with_what(std::move(removed).error(), fmt::format("cannot remove {}", service));
    error = with_state(std::move(error),
                       "it may be removed in part; running the same command again goes on");
    operation.failed(error);
    context.progress.failed(service, error.what);
    co_return error;
  }
  const auto log = document(removed.value(), purge, context.clock.now());
  if (removed.value().was_installed || purge == PurgeData::yes) {
    BOOST_OUTCOME_CO_TRY(context.state.write("uninstall_log.json", log));
  }
  operation.completed(log);
  context.progress.done(service, "removed");
  co_return removed;
}

}  // namespace aistack::operations
