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

Task<> wait_for(Context& context, const CatalogEntry& entry, const compose::ComposeService& service,
                const compose::Dependency& dependency, EngineBell& bell) {
  const auto other =
      std::find_if(entry.project.services.begin(), entry.project.services.end(),
                   [&](const auto& candidate) { return candidate.name == dependency.service; });
  if (other == entry.project.services.end()) co_return ok();
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
    BOOST_OUTCOME_CO_TRY(co_await bell.pause(context, pause));
    pause = std::min<std::chrono::nanoseconds>(pause * 2, kLongestPause);
  }
}

}  // namespace

Task<> wait_for_dependencies(Context& context, const CatalogEntry& entry,
                             const compose::ComposeService& service) {
  for (const auto& dependency : service.depends_on)
    if (dependency.condition != Condition::started) {
      EngineBell bell{co_await boost::asio::this_coro::executor};
      BOOST_OUTCOME_CO_TRY(co_await bell.during(
          context, entry.project.name, wait_for(context, entry, service, dependency, bell)));
    }
  co_return ok();
}

}  // namespace aistack::operations
