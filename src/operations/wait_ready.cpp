#include "operations/wait_ready.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aistack::operations {
namespace {

constexpr std::chrono::milliseconds kFirstPause{2};
constexpr std::chrono::milliseconds kLongestPause{250};

Error not_ready(const CatalogEntry& entry, const domain::Verdict& verdict, bool timed_out,
                std::chrono::seconds waited) {
  Error error{ErrorCode::kNotHealthy, verdict.reason};
  error.what = timed_out
                   ? fmt::format("{} did not become green within {}", entry.name, to_short(waited))
                   : fmt::format("{} does not come up", entry.name);
  error.next = {fmt::format("aistack logs {} 50", entry.name)};
  return error;
}

// The verdict of now, from a fresh list of this service's containers.
Task<ServiceHealth> look(Context& context, const CatalogEntry& entry) {
  const ports::ContainerQuery query{.all = true,
                                    .labels = {{"com.docker.compose.project", entry.project.name}}};
  BOOST_OUTCOME_CO_TRY(const auto containers, co_await context.engine.list_containers(query));
  BOOST_OUTCOME_CO_TRY(const auto view, view_of(context, entry, containers));
  co_return co_await observe(context, view);
}

}  // namespace

Task<ServiceHealth> wait_ready(Context& context, const CatalogEntry& entry,
                               std::optional<std::chrono::nanoseconds> timeout) {
  const auto begin = context.clock.steady_now();
  const auto limit = timeout.value_or(entry.spec().health.startup_timeout);
  std::chrono::nanoseconds pause = kFirstPause;
  std::optional<std::string> said;  // why it was not green when that was last shown
  while (true) {
    BOOST_OUTCOME_CO_TRY(auto health, co_await look(context, entry));
    if (health.verdict.health == domain::Health::green) co_return std::move(health);
    const auto waited = context.clock.steady_now() - begin;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(waited);
    if (health.verdict.final) co_return not_ready(entry, health.verdict, false, seconds);
    if (waited >= limit) co_return not_ready(entry, health.verdict, true, seconds);
    if (!said) context.progress.step(entry.name, "waiting for green");
    if (!said || (seconds.count() > 0 && health.seen.probe.error != *said)) {
      if (said) context.progress.step(entry.name, "waiting for green: " + health.verdict.reason);
      said = seconds.count() > 0 ? health.seen.probe.error : "";
    }
    BOOST_OUTCOME_CO_TRY(co_await context.clock.sleep(std::min(pause, limit - waited)));
    pause = std::min<std::chrono::nanoseconds>(pause * 3 / 2, kLongestPause);
  }
}

}  // namespace aistack::operations
