#include "operations/remove.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "operations/by_label.hpp"
#include "operations/labels.hpp"
#include "operations/operation.hpp"
#include "operations/removal.hpp"
#include "operations/remove_data.hpp"
#include "operations/resources.hpp"
#include "operations/stack.hpp"
#include "operations/stop.hpp"
#include "operations/swap.hpp"

namespace aistack::operations {
namespace {

// The service's containers in the order in which they go, and what a killed replacement left of
// them.
std::vector<ports::ContainerSummary> containers_of(
    const ServiceView& view, const std::vector<ports::ContainerSummary>& all) {
  std::vector<ports::ContainerSummary> containers;
  for (auto part = view.containers.rbegin(); part != view.containers.rend(); ++part) {
    const auto& name = part->service->container_name;
    for (const auto& container : all)
      if (container.name == next_name(name) || container.name == previous_name(name))
        containers.push_back(container);
    if (part->container) containers.push_back(*part->container);
  }
  return containers;
}

Task<> remove_containers(Context& context, const std::vector<ports::ContainerSummary>& containers,
                         PurgeData purge, RemoveReport& report) {
  // Volumes without a name are data as much as the others: a database may be in one.
  const auto& options = purge == PurgeData::yes ? kWithItsVolumes : kKeepItsVolumes;
  for (const auto& container : containers) {
    BOOST_OUTCOME_CO_TRY(co_await context.engine.remove_container(container.id, options));
    if (!is_swap_name(container.name)) report.containers.push_back(container.name);
  }
  co_return ok();
}

// Does another service of the catalog that is installed use this network?
bool used_elsewhere(Context& context, const std::string& service, const std::string& network,
                    const std::vector<ports::ContainerSummary>& all) {
  for (const auto& other : context.catalog.entries()) {
    if (other.name == service) continue;
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

// A stopped container counts too: it could not start any more without the network, and the engine
// would not keep us from removing it.
bool has_member(const std::vector<ports::ContainerSummary>& all, const std::string& network) {
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& container) { return container.networks.contains(network); });
}

Task<> remove_networks(Context& context, std::vector<std::string> networks, RemoveReport& report) {
  BOOST_OUTCOME_CO_TRY(const auto all, co_await context.engine.list_containers({}));
  for (const auto& network : networks) {
    if (used_elsewhere(context, report.service, network, all)) continue;
    BOOST_OUTCOME_CO_TRY(const auto seen, co_await context.engine.inspect_network(network));
    if (!seen) continue;
    if (network == kStackNetwork && !may_remove(*seen)) continue;
    if (!has_member(all, network)) {
      const auto removed = co_await context.engine.remove_network(network);
      if (removed) {
        report.networks.push_back(network);
        continue;
      }
      if (removed.error().code != ErrorCode::kConflict) co_return removed.error();
    }
    // Somebody else's container is in it: theirs to decide.
    context.progress.note(report.service,
                          fmt::format("the network {} stays: other containers use it", network));
  }
  co_return ok();
}

Task<RemoveReport> remove_described(Context& context, const CatalogEntry& entry, PurgeData purge) {
  RemoveReport report{.service = entry.name};
  BOOST_OUTCOME_CO_TRY(const auto all, co_await context.engine.list_containers({}));
  BOOST_OUTCOME_CO_TRY(const auto view, view_of(context, entry, all));
  report.was_installed = view.installed();
  const auto containers = containers_of(view, all);
  BOOST_OUTCOME_CO_TRY(const auto anonymous, co_await anonymous_volumes(context, containers));
  BOOST_OUTCOME_CO_TRY(co_await stop_containers(context, view));
  BOOST_OUTCOME_CO_TRY(co_await remove_containers(context, containers, purge, report));
  BOOST_OUTCOME_CO_TRY(co_await remove_networks(context, own_networks(entry), report));
  if (purge == PurgeData::yes) {
    BOOST_OUTCOME_CO_TRY(co_await purge_data(context, entry, anonymous, report));
  } else {
    BOOST_OUTCOME_CO_TRY(co_await list_data(context, entry, anonymous, report));
  }
  BOOST_OUTCOME_CO_TRY(remove_record(context.state, entry.name));
  co_return report;
}

// Which data is the service's own, only its file could tell.
Error cannot_purge(const std::string& service, Error error) {
  error.next.push_back(fmt::format("aistack remove {}   (it keeps the data)", service));
  return unchanged(std::move(error));
}

Task<RemoveReport> remove_undescribed(Context& context, std::string service) {
  RemoveReport report{.service = service, .was_installed = true};
  BOOST_OUTCOME_CO_TRY(const auto containers, co_await labelled_containers(context, service));
  BOOST_OUTCOME_CO_TRY(const auto networks, co_await labelled_networks(context, service));
  BOOST_OUTCOME_CO_TRY(report.kept_volumes, co_await labelled_volumes(context, service));
  BOOST_OUTCOME_CO_TRY(const auto mounted, co_await mounted_volumes(context, containers));
  auto& kept = report.kept_volumes;
  for (const auto& volume : mounted)
    if (std::find(kept.begin(), kept.end(), volume) == kept.end()) kept.push_back(volume);
  if (containers.empty())
    context.progress.note(service, "no container names it; docker ps -a shows what there is");
  for (const auto& container : containers) {
    if (!is_up(container.state)) continue;
    BOOST_OUTCOME_CO_TRY(co_await end_container(context, container));
  }
  BOOST_OUTCOME_CO_TRY(co_await remove_containers(context, containers, PurgeData::no, report));
  BOOST_OUTCOME_CO_TRY(co_await remove_networks(context, networks, report));
  BOOST_OUTCOME_CO_TRY(remove_record(context.state, service));
  co_return report;
}

Task<RemoveReport> run(Context& context, std::string service, PurgeData purge) {
  const auto entry = context.catalog.find(service);
  if (entry) co_return co_await remove_described(context, *entry.value(), purge);
  if (purge == PurgeData::yes) co_return cannot_purge(service, entry.error());
  co_return co_await remove_undescribed(context, std::move(service));
}

nlohmann::json document(const RemoveReport& report, PurgeData purge, Time now) {
  return {{"service", report.service},           {"time", to_iso8601(now)},
          {"purge", purge == PurgeData::yes},    {"containers", report.containers},
          {"networks", report.networks},         {"volumes", report.volumes},
          {"kept_volumes", report.kept_volumes}, {"freed_bytes", report.freed_bytes}};
}

}  // namespace

Task<RemoveReport> remove(Context& context, std::string service, PurgeData purge) {
  BOOST_OUTCOME_CO_TRY(require_known(context, service));
  BOOST_OUTCOME_CO_TRY(auto operation, co_await Operation::begin(context, service, "remove"));
  context.progress.step(service, "removing");
  auto removed = co_await run(context, service, purge);
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
    const auto written = context.state.write("uninstall_log.json", log);
    if (!written)
      context.progress.note(service, "removed, but that is not on record: " + written.error().why);
  }
  operation.completed(log);
  context.progress.done(service, "removed");
  co_return removed;
}

}  // namespace aistack::operations
