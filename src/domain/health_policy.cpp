#include "domain/health_policy.hpp"

#include <fmt/format.h>

#include "base/time.hpp"

namespace aistack::domain {
namespace {

// So many restarts, the last one so short ago, are a loop and not an accident.
constexpr int kLoopRestarts = 3;
constexpr std::chrono::seconds kLoopUptime{10};

std::string exit_reason(const Observations& seen) {
  if (seen.out_of_memory) return fmt::format("exit code {}: out of memory", seen.exit_code);
  return fmt::format("exit code {}", seen.exit_code);
}

Verdict not_running(const Observations& seen) {
  switch (seen.phase) {
    case ContainerPhase::absent:
      return {Health::red, "the container is missing", true};
    case ContainerPhase::created:
      if (!seen.engine_error.empty()) return {Health::red, seen.engine_error, true};
      return {Health::red, "created, never started", true};
    case ContainerPhase::restarting:
      return {
          Health::red,
          fmt::format("restarts in a loop ({} so far, {})", seen.restart_count, exit_reason(seen)),
          seen.restart_count >= kLoopRestarts};
    case ContainerPhase::stopped:
      if (!seen.engine_error.empty()) return {Health::red, seen.engine_error, true};
      return {Health::red,
              fmt::format("stopped {} ago, {}", to_short(seen.stopped_for), exit_reason(seen)),
              true};
    case ContainerPhase::paused:
      return {Health::yellow, "paused"};
    case ContainerPhase::running:
      break;
  }
  return {};
}

// What the probe said, when it was not what the catalog expects.
std::string probe_reason(const Probe& probe, int expected) {
  switch (probe.outcome) {
    case Probe::Outcome::timed_out:
      return fmt::format("no answer from {} within {} ms", probe.target, probe.took.count());
    case Probe::Outcome::answered:
      return fmt::format("{} answers {} instead of {}", probe.target, probe.status, expected);
    case Probe::Outcome::failed:
      return fmt::format("{}: {}", probe.target, probe.error);
    case Probe::Outcome::not_tried:
      break;
  }
  return "not probed";
}

bool probe_is_good(const Probe& probe, int expected) {
  return probe.outcome == Probe::Outcome::answered &&
         (probe.status == 0 || probe.status == expected);
}

std::string unhealthy_reason(const Observations& seen) {
  std::string reason = "the image's own healthcheck fails";
  if (!seen.image_health_output.empty()) reason += ": " + seen.image_health_output;
  return reason;
}

Verdict not_answering(const Observations& seen, const HealthThresholds& thresholds,
                      const std::string& reason) {
  if (seen.running_for >= thresholds.startup_timeout) return {Health::red, reason};
  return {Health::yellow,
          fmt::format("{} ({} of at most {}): {}", seen.working ? "still working" : "starting",
                      to_short(seen.running_for), to_short(thresholds.startup_timeout), reason)};
}

// A service that has nothing to ask: the image's healthcheck decides, else that it runs.
Verdict without_probe(const Observations& seen, const HealthThresholds& thresholds) {
  switch (seen.image_health) {
    case ImageHealthState::unhealthy:
      return not_answering(seen, thresholds, unhealthy_reason(seen));
    case ImageHealthState::starting:
      return {Health::yellow, fmt::format("starting ({})", to_short(seen.running_for))};
    case ImageHealthState::healthy:
    case ImageHealthState::none:
      break;
  }
  return {Health::green, ""};
}

}  // namespace

std::string_view to_string(Health health) {
  switch (health) {
    case Health::none:
      return "-";
    case Health::green:
      return "green";
    case Health::yellow:
      return "yellow";
    case Health::red:
      return "red";
  }
  return "-";
}

Verdict judge(const Observations& seen, const HealthThresholds& thresholds) {
  const bool stopped = seen.phase == ContainerPhase::stopped ||
                       seen.phase == ContainerPhase::created ||
                       seen.phase == ContainerPhase::absent;
  if (!seen.installed && seen.phase == ContainerPhase::absent) return {Health::none, ""};
  if (seen.wanted_stopped && stopped) return {Health::none, "stopped by the administrator"};
  if (seen.phase != ContainerPhase::running) return not_running(seen);
  if (seen.restart_count >= kLoopRestarts && seen.running_for < kLoopUptime)
    return {
        Health::red,
        fmt::format("restarts in a loop ({} so far, {})", seen.restart_count, exit_reason(seen)),
        true};
  if (seen.gpu_lost) return {Health::red, "gpu lost: the container no longer sees the GPU", true};
  const bool asked = seen.probe.outcome != Probe::Outcome::not_tried;
  if (asked && !probe_is_good(seen.probe, thresholds.expect_status))
    return not_answering(seen, thresholds, probe_reason(seen.probe, thresholds.expect_status));
  if (!asked) {
    const auto verdict = without_probe(seen, thresholds);
    if (verdict.health != Health::green) return verdict;
  }
  if (seen.image_health == ImageHealthState::unhealthy)
    return {Health::yellow, "answers, but " + unhealthy_reason(seen)};
  if (asked && seen.probe.took > thresholds.slow)
    return {Health::yellow, fmt::format("slow: answered after {} ms", seen.probe.took.count())};
  if (!seen.red_backend.empty())
    return {Health::yellow, fmt::format("its backend {} is red", seen.red_backend)};
  return {Health::green, ""};
}

}  // namespace aistack::domain
