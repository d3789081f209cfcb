#include "operations/wait_ready.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "operations/activity.hpp"
#include "operations/engine_bell.hpp"

namespace aistack::operations {
namespace {

constexpr std::chrono::milliseconds kFirstPause{2};
constexpr std::chrono::milliseconds kLongestPause{250};
constexpr std::chrono::seconds kMeasureEvery{1};

bool answered(const domain::Probe& probe) {
  return probe.outcome == domain::Probe::Outcome::answered;
}

// Whether a service that is not up yet does something, looked at once a second.
class WorkMeter {
 public:
  // `seen` with what the last look said.
  boost::asio::awaitable<void> look(Context& context, const std::string& container,
                                    domain::Observations& seen) {
    const auto now = context.clock.steady_now();
    if (!before_ || now - before_->at >= kMeasureEvery) {
      const auto activity = co_await measure_activity(context, container);
      if (activity && before_) {
        working_ = is_working(*before_, *activity, answered(seen.probe));
        if (*working_) moved_ = now;
      }
      if (activity) before_ = activity;
      if (!moved_) moved_ = now;
    }
    seen.working = working_.value_or(false);
  }
  // "it still works …" or "… it is stuck", for one that ran out of time.
  std::string summary(SteadyTime now) const {
    if (!working_ || !moved_) return "";
    if (*working_) return "; it still works (CPU, network or log): give it more time";
    return fmt::format("; nothing has moved in it for {} (CPU, network, log): it is stuck",
                       to_short(now - *moved_));
  }

 private:
  std::optional<Activity> before_;
  std::optional<SteadyTime> moved_;
  std::optional<bool> working_;
};

Error timed_out(const CatalogEntry& entry, std::string why, std::chrono::seconds waited) {
  Error error{ErrorCode::kNotHealthy, std::move(why)};
  error.what = fmt::format("{} did not become green within {}", entry.name, to_short(waited));
  error.next = {fmt::format("aistack logs {} 50", entry.name),
                fmt::format("aistack start {} --timeout 30m   (waits longer)", entry.name)};
  return error;
}

Error not_coming_up(const CatalogEntry& entry, const domain::Verdict& verdict) {
  Error error{ErrorCode::kNotHealthy, verdict.reason};
  error.what = fmt::format("{} does not come up", entry.name);
  error.next = {fmt::format("aistack logs {} 50", entry.name)};
  return error;
}

// The verdict of now, from a fresh list of this service's containers.
Task<ServiceHealth> look_now(Context& context, const CatalogEntry& entry, Look look) {
  BOOST_OUTCOME_CO_TRY(const auto view, co_await view_now(context, entry));
  co_return co_await observe(context, view, look);
}

Task<ServiceHealth> look_until_green(Context& context, const CatalogEntry& entry,
                                     std::chrono::nanoseconds limit, Look look, EngineBell& bell) {
  const auto begin = context.clock.steady_now();
  std::chrono::nanoseconds pause = kFirstPause;
  std::optional<std::string> said;  // why it was not green when that was last shown
  WorkMeter work;
  while (true) {
    BOOST_OUTCOME_CO_TRY(auto health, co_await look_now(context, entry, look));
    if (health.verdict.health == domain::Health::green) co_return std::move(health);
    const auto waited = context.clock.steady_now() - begin;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(waited);
    if (health.verdict.final) co_return not_coming_up(entry, health.verdict);
    if (waited >= limit) {
      auto why = health.verdict.reason + work.summary(context.clock.steady_now());
      co_return timed_out(entry, std::move(why), seconds);
    }
    if (seconds.count() > 0) {
      co_await work.look(context, entry.main().container_name, health.seen);
      health.verdict = domain::judge(health.seen, health_thresholds(context, entry));
    }
    if (!said) context.progress.step(entry.name, "waiting for green");
    const auto news = health.seen.probe.error + (health.seen.working ? " working" : "");
    if (!said || (seconds.count() > 0 && news != *said)) {
      if (said) context.progress.step(entry.name, "waiting for green: " + health.verdict.reason);
      said = seconds.count() > 0 ? news : "";
    }
    BOOST_OUTCOME_CO_TRY(co_await bell.pause(context, std::min(pause, limit - waited)));
    pause = std::min<std::chrono::nanoseconds>(pause * 3 / 2, kLongestPause);
  }
}

}  // namespace

Task<ServiceHealth> wait_ready(Context& context, const CatalogEntry& entry,
                               std::optional<std::chrono::nanoseconds> timeout, Look look) {
  const auto limit = timeout.value_or(entry.spec().health.startup_timeout);
  EngineBell bell{co_await boost::asio::this_coro::executor};
  co_return co_await bell.during(context, entry.project.name,
                                 look_until_green(context, entry, limit, look, bell));
}

}  // namespace aistack::operations
