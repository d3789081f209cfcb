#include "operations/stop.hpp"

#include <fmt/format.h>

#include <set>

#include "base/when_all.hpp"
#include "operations/operation.hpp"

namespace aistack::operations {
namespace {

// What is wanted is written down; `view` tells what there is to stop.
Task<ServiceView> prepare(Context& context, const CatalogEntry& entry) {
  BOOST_OUTCOME_CO_TRY(const auto containers, co_await context.engine.list_containers({}));
  BOOST_OUTCOME_CO_TRY(auto view, view_of(context, entry, containers));
  if (!view.installed()) {
    auto error = not_installed(entry.name);
    error.next = {"aistack status"};
    co_return error;
  }
  ServiceRecord record = view.record.value_or(
      ServiceRecord{.service = entry.name, .installed_at = context.clock.now()});
  record.wanted = ServiceRecord::Wanted::stopped;
  BOOST_OUTCOME_CO_TRY(write_record(context.state, record));
  co_return view;
}

Task<StopReport> stop_one(Context& context, const CatalogEntry& entry) {
  const auto view = co_await prepare(context, entry);
  if (!view) co_return unchanged(view.error());
  const auto stopped = co_await stop_containers(context, view.value());
  if (!stopped)
    co_return with_state(stopped.error(),
                         "it is noted as stopped, and may still run: the same command again "
                         "stops it");
  co_return StopReport{entry.name, stopped.value()};
}

Task<StopReport> run_one(Context& context, std::string service) {
  BOOST_OUTCOME_CO_TRY(const auto* entry, context.catalog.find(service));
  BOOST_OUTCOME_CO_TRY(auto operation, co_await Operation::begin(context, service, "stop"));
  context.progress.step(service, "stopping");
  auto stopped = co_await stop_one(context, *entry);
  if (stopped) {
    operation.completed();
    context.progress.done(service, "stopped");
    co_return stopped;
  }
  auto error = with_what(std::move(stopped).error(), fmt::format("cannot stop {}", service));
  operation.failed(error);
  context.progress.failed(service, error.what);
  co_return error;
}

}  // namespace

Task<> end_container(Context& context, const ports::ContainerSummary& container) {
  if (container.state == ports::ContainerState::paused) {
    BOOST_OUTCOME_CO_TRY(co_await context.engine.unpause_container(container.id));
  }
  co_return co_await context.engine.stop_container(container.id, std::nullopt);
}

Task<bool> stop_containers(Context& context, const ServiceView& view) {
  bool any = false;
  for (auto part = view.containers.rbegin(); part != view.containers.rend(); ++part) {
    if (!part->container || !is_up(part->container->state)) continue;
    any = true;
    BOOST_OUTCOME_CO_TRY(co_await end_container(context, *part->container));
  }
  co_return any;
}

Task<std::vector<StopResult>> stop(Context& context, std::vector<std::string> services) {
  for (const auto& service : services) {
    BOOST_OUTCOME_CO_TRY(context.catalog.find(service));
  }
  // One that is named twice would wait for its own lock.
  std::set<std::string> seen;
  std::erase_if(services, [&](const auto& service) { return !seen.insert(service).second; });
  std::vector<Task<StopReport>> tasks;
  for (const auto& service : services) tasks.push_back(run_one(context, service));
  auto outcomes = co_await when_all(std::move(tasks));
  std::vector<StopResult> results;
  for (std::size_t i = 0; i < services.size(); ++i)
    results.push_back({services[i], std::move(outcomes[i])});
  co_return results;
}

}  // namespace aistack::operations
