#include "operations/observe.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "base/when_all.hpp"
#include "operations/activity.hpp"
#include "operations/gpu_in_container.hpp"
#include "operations/probe.hpp"
#include "operations/ui_binding.hpp"

namespace aistack::operations {
namespace {

using domain::ContainerPhase;

ContainerPhase phase_of(ports::ContainerState state) {
  switch (state) {
    case ports::ContainerState::created:
      return ContainerPhase::created;
    case ports::ContainerState::running:
      return ContainerPhase::running;
    case ports::ContainerState::paused:
      return ContainerPhase::paused;
    case ports::ContainerState::restarting:
      return ContainerPhase::restarting;
    case ports::ContainerState::removing:
    case ports::ContainerState::exited:
    case ports::ContainerState::dead:
      break;
  }
  return ContainerPhase::stopped;
}

std::chrono::seconds since(const std::optional<Time>& then, Time now) {
  if (!then || *then > now) return std::chrono::seconds{0};
  return std::chrono::duration_cast<std::chrono::seconds>(now - *then);
}

void add_details(domain::Observations& seen, const ports::ContainerDetails& details, Time now) {
  seen.phase = phase_of(details.state);
  seen.exit_code = details.exit_code;
  seen.out_of_memory = details.out_of_memory;
  seen.engine_error = details.error;
  seen.restart_count = details.restart_count;
  seen.running_for = since(details.started, now);
  seen.stopped_for = since(details.finished, now);
  if (details.health) seen.image_health_output = details.health->last_output;
}

constexpr std::chrono::milliseconds kWatchFor{500};

// Nothing to say: the container could not be measured twice.
boost::asio::awaitable<bool> works_now(Context& context, const std::string& container,
                                       bool answers) {
  const auto before = co_await measure_activity(context, container);
  if (!before) co_return false;
  if (!co_await context.clock.sleep(kWatchFor)) co_return false;
  const auto after = co_await measure_activity(context, container);
  co_return after&& is_working(*before, *after, answers);
}

boost::asio::awaitable<void> look_closer(Context& context, const ServiceView& view,
                                         ServiceHealth& health) {
  auto& seen = health.seen;
  if (seen.phase != ContainerPhase::running) co_return;
  seen.gpu_lost = co_await gpu_is_lost(context, view);
  const bool answers = seen.probe.outcome == domain::Probe::Outcome::answered;
  const bool not_up =
      health.verdict.health == domain::Health::yellow && (!answers || seen.probe.status >= 500);
  if (not_up) seen.working = co_await works_now(context, view.main().container->id, answers);
  health.verdict = domain::judge(seen, health_thresholds(context, *view.entry));
}

boost::asio::awaitable<void> judge_with_details(Context& context, const ServiceView& view,
                                                ServiceHealth& health) {
  const auto details = co_await context.engine.inspect_container(view.main().container->id);
  if (!details) co_return;
  if (details.value())
    add_details(health.seen, *details.value(), context.clock.now());
  else
    health.seen.phase = ContainerPhase::absent;
  health.verdict = domain::judge(health.seen, health_thresholds(context, *view.entry));
}

boost::asio::awaitable<ServiceHealth> look_quickly(Context& context, const ServiceView& view) {
  ServiceHealth health;
  auto& seen = health.seen;
  const auto thresholds = health_thresholds(context, *view.entry);
  seen.installed = view.installed();
  seen.wanted_stopped = view.wanted_stopped();
  const auto& container = view.main().container;
  if (container) {
    seen.phase = phase_of(container->state);
    seen.image_health = image_health(container->status);
  }
  if (seen.phase == ContainerPhase::running) {
    if (auto target = probe_target(*view.entry, *container, context.engine.endpoint()))
      seen.probe = co_await probe(context, std::move(*target));
  }
  health.verdict = domain::judge(seen, thresholds);
  const bool settled = health.verdict.health == domain::Health::green ||
                       health.verdict.health == domain::Health::none || !container;
  if (!settled) co_await judge_with_details(context, view, health);
  co_return health;
}

// A green one is asked for its details only when it may be one that restarts in a loop: after the
// others, so that the engine is asked over one connection.
boost::asio::awaitable<void> look_for_loop(Context& context, const ServiceView& view,
                                           ServiceHealth& health) {
  const bool green = health.verdict.health == domain::Health::green;
  const auto& container = view.main().container;
  if (green && container && started_lately(container->status))
    co_await judge_with_details(context, view, health);
}

boost::asio::awaitable<ServiceHealth> look_at(Context& context, const ServiceView& view,
                                              Look look) {
  auto health = co_await look_quickly(context, view);
  if (look == Look::close) co_await look_closer(context, view, health);
  co_return health;
}

Task<ServiceHealth> look_task(Context& context, const ServiceView& view, Look look) {
  co_return co_await look_at(context, view, look);
}

std::optional<std::string> recorded_backend(Context& context) {
  const auto binding = read_binding(context);
  if (!binding || !binding.value()) return std::nullopt;
  return binding.value()->backend;
}

// Does the environment of this UI, as its file has it, point at that backend?
bool points_at(const CatalogEntry& ui, const CatalogEntry& backend) {
  const auto& wanted = backend.spec().backend_env;
  const auto environment = ui.main().model.value("environment", nlohmann::ordered_json::object());
  return !wanted.empty() && std::all_of(wanted.begin(), wanted.end(), [&](const auto& variable) {
    const auto found = environment.find(variable.first);
    return found != environment.end() && *found == variable.second;
  });
}

// The backend that a UI starts out with; "" if its file names none that is installed.
std::string own_backend(const std::vector<ServiceView>& views, std::size_t ui) {
  for (const auto& view : views)
    if (points_at(*views[ui].entry, *view.entry)) return view.entry->name;
  return "";
}

// `bound`, or with "" any backend at all, if it is red; else "".
std::string red_backend(const std::vector<ServiceView>& views,
                        const std::vector<ServiceHealth>& health, const std::string& bound) {
  for (std::size_t i = 0; i < views.size(); ++i)
    if (views[i].entry->spec().role == domain::Role::backend && views[i].installed() &&
        (bound.empty() || bound == views[i].entry->name) &&
        health[i].verdict.health == domain::Health::red)
      return views[i].entry->name;
  return "";
}

}  // namespace

domain::HealthThresholds health_thresholds(const Context& context, const CatalogEntry& entry) {
  return {.expect_status = entry.spec().health.expect,
          .startup_timeout = entry.spec().health.startup_timeout,
          .slow = context.settings.health.slow};
}

boost::asio::awaitable<ServiceHealth> observe(Context& context, const ServiceView& view,
                                              Look look) {
  auto health = co_await look_at(context, view, look);
  if (look != Look::glance) co_await look_for_loop(context, view, health);
  co_return health;
}

boost::asio::awaitable<std::vector<ServiceHealth>> observe_all(
    Context& context, const std::vector<ServiceView>& views, Look look) {
  std::vector<Task<ServiceHealth>> tasks;
  for (const auto& view : views) tasks.push_back(look_task(context, view, look));
  auto results = co_await when_all(std::move(tasks));
  std::vector<ServiceHealth> all;
  for (auto& result : results) all.push_back(std::move(result).value());
  for (std::size_t i = 0; i < views.size(); ++i) co_await look_for_loop(context, views[i], all[i]);
  const auto bound = recorded_backend(context);
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (views[i].entry->spec().role != domain::Role::ui) continue;
    all[i].seen.red_backend = red_backend(views, all, bound.value_or(own_backend(views, i)));
    if (all[i].seen.red_backend.empty()) continue;
    all[i].verdict = domain::judge(all[i].seen, health_thresholds(context, *views[i].entry));
  }
  co_return all;
}

}  // namespace aistack::operations
