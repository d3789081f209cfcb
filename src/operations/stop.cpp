#include "operations/stop.hpp"

#include <fmt/format.h>

#include <set>

#include "base/when_all.hpp"
#include "operations/by_label.hpp"
#include "operations/operation.hpp"

namespace aistack::operations {
namespace {

Result<> note_stopped(Context& context, const std::string& service,
                      const std::optional<ServiceRecord>& before) {
  auto record =
      before.value_or(ServiceRecord{.service = service, .installed_at = context.clock.now()});
  record.wanted = ServiceRecord::Wanted::stopped;
  return write_record(context.state, record);
}

// What is wanted is written down; `view` tells what there is to stop.
Task<ServiceView> prepare(Context& context, const CatalogEntry& entry) {
  BOOST_OUTCOME_CO_TRY(auto view, co_await view_now(context, entry));
  if (!view.installed()) {
    auto error = not_installed(entry.name);
    error.next = {"aistack status"};
    co_return error;
  }
  BOOST_OUTCOME_CO_TRY(note_stopped(context, entry.name, view.record));
  co_return view;
}

Error may_still_run(Error error) {
  return with_state(std::move(error),
                    "it is noted as stopped, and may still run: the same command again stops it");
}

Task<StopReport> stop_described(Context& context, const CatalogEntry& entry) {
  const auto view = co_await prepare(context, entry);
  if (!view) co_return unchanged(view.error());
  const auto stopped = co_await stop_containers(context, view.value());
  if (!stopped) co_return may_still_run(stopped.error());
  co_return StopReport{entry.name, stopped.value()};
}

Task<StopReport> stop_by_label(Context& context, const std::string& service) {
  const auto containers = co_await labelled_containers(context, service);
  if (!containers) co_return unchanged(containers.error());
  const auto before = read_record(context.state, service);
  if (!before) co_return unchanged(before.error());
  const auto noted = note_stopped(context, service, before.value());
  if (!noted) co_return unchanged(noted.error());
  StopReport report{service};
  for (const auto& container : containers.value()) {
    if (!is_up(container.state)) continue;
    report.was_running = true;
    const auto ended = co_await end_container(context, container);
    if (!ended) co_return may_still_run(ended.error());
  }
  co_return report;
}

Task<StopReport> stop_one(Context& context, const std::string& service) {
  const auto found = context.catalog.find(service);
  if (found) co_return co_await stop_described(context, *found.value());
  co_return co_await stop_by_label(context, service);
}

Task<StopReport> run_one(Context& context, std::string service) {
  BOOST_OUTCOME_CO_TRY(auto operation, co_await Operation::begin(context, service, "stop"));
  context.progress.step(service, "stopping");
  auto stopped = co_await stop_one(context, service);
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

Task<> stop_fully(Context& context, std::string container) {
  BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
  const auto stopped = co_await context.engine.stop_container(container, std::nullopt);
  if (stopped || stopped.error().code != ErrorCode::kInterrupted) co_return stopped;
  static_cast<void>(
      co_await shielded(context.engine.stop_container(std::move(container), std::nullopt)));
  co_return stopped;
}

Task<> end_container(Context& context, const ports::ContainerSummary& container) {
  if (container.state == ports::ContainerState::paused) {
    BOOST_OUTCOME_CO_TRY(co_await context.engine.unpause_container(container.id));
  }
  co_return co_await stop_fully(context, container.id);
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
    BOOST_OUTCOME_CO_TRY(require_known(context, service));
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
