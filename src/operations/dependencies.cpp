#include "operations/dependencies.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "operations/engine_bell.hpp"

namespace aistack::operations {
namespace {

using Condition = compose::Dependency::Condition;

constexpr std::chrono::milliseconds kFirstPause{5};
constexpr std::chrono::milliseconds kLongestPause{250};

enum class Readiness { ready, waiting, never };

Readiness readiness(const ports::ContainerDetails& seen, Condition condition) {
  const bool running = seen.state == ports::ContainerState::running;
  if (condition == Condition::started) return Readiness::ready;
  if (condition == Condition::completed) {
    if (seen.state != ports::ContainerState::exited) return Readiness::waiting;
    return seen.exit_code == 0 ? Readiness::ready : Readiness::never;
  }
  if (!running) return Readiness::never;
  if (!seen.health) return Readiness::never;  // nothing will ever call it healthy
  if (seen.health->status == "healthy") return Readiness::ready;
  return seen.health->status == "unhealthy" ? Readiness::never : Readiness::waiting;
}

Error not_ready(const CatalogEntry& entry, const compose::ComposeService& service,
                const compose::Dependency& dependency, const ports::ContainerDetails& seen) {
  std::string why;
  if (dependency.condition == Condition::completed)
    why = fmt::format("{} ended with exit code {}", dependency.service, seen.exit_code);
  else if (seen.state != ports::ContainerState::running)
    why = fmt::format("{} does not run (exit code {})", dependency.service, seen.exit_code);
  else if (!seen.health)
    why = fmt::format("{} has no healthcheck, so it never counts as healthy", dependency.service);
  else
    why = fmt::format("{} is unhealthy: {}", dependency.service, seen.health->last_output);
  Error error{ErrorCode::kNotHealthy, std::move(why)};
  error.what = fmt::format("cannot start {} of {}", service.name, entry.name);
  error.next = {fmt::format("aistack logs {} 50", entry.name)};
  return error;
}

Error late(const CatalogEntry& entry, const compose::ComposeService& service,
           const compose::Dependency& dependency, std::chrono::nanoseconds limit) {
  const auto* still =
      dependency.condition == Condition::completed ? "has not completed" : "is not healthy";
  Error error{ErrorCode::kNotHealthy,
              fmt::format("{} {} within {}", dependency.service, still, to_short(limit))};
  error.what = fmt::format("cannot start {} of {}", service.name, entry.name);
  error.next = {fmt::format("aistack logs {} 50", entry.name),
                fmt::format("aistack start {} --timeout 30m   (waits longer)", entry.name)};
  return error;
}

Task<> wait_for(Context& context, const CatalogEntry& entry, const compose::ComposeService& service,
                const compose::Dependency& dependency, std::chrono::nanoseconds limit,
                EngineBell& bell) {
  const auto other =
      std::find_if(entry.project.services.begin(), entry.project.services.end(),
                   [&](const auto& candidate) { return candidate.name == dependency.service; });
  if (other == entry.project.services.end()) co_return ok();
  const auto begin = context.clock.steady_now();
  std::chrono::nanoseconds pause = kFirstPause;
  while (true) {
    BOOST_OUTCOME_CO_TRY(const auto seen,
                         co_await context.engine.inspect_container(other->container_name));
    const auto state = seen ? readiness(*seen, dependency.condition) : Readiness::never;
    if (state == Readiness::ready) co_return ok();
    if (state == Readiness::never) {
      if (!dependency.required) co_return ok();
      co_return not_ready(entry, service, dependency, seen.value_or(ports::ContainerDetails{}));
    }
    const auto waited = context.clock.steady_now() - begin;
    if (waited >= limit) {
      if (!dependency.required) co_return ok();
      co_return late(entry, service, dependency, limit);
    }
    BOOST_OUTCOME_CO_TRY(co_await bell.pause(context, std::min(pause, limit - waited)));
    pause = std::min<std::chrono::nanoseconds>(pause * 2, kLongestPause);
  }
}

}  // namespace

Task<> wait_for_dependencies(Context& context, const CatalogEntry& entry,
                             const compose::ComposeService& service,
                             std::optional<std::chrono::nanoseconds> timeout) {
  const auto limit = timeout.value_or(entry.spec().health.startup_timeout);
  for (const auto& dependency : service.depends_on)
    if (dependency.condition != Condition::started) {
      EngineBell bell{co_await boost::asio::this_coro::executor};
      BOOST_OUTCOME_CO_TRY(co_await bell.during(
          context, entry.project.name, wait_for(context, entry, service, dependency, limit, bell)));
    }
  co_return ok();
}

}  // namespace aistack::operations
