#include "domain/health_policy.hpp"

#include <gtest/gtest.h>

namespace aistack::domain {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Observations running(Probe::Outcome outcome, int status = 200) {
  return {.installed = true,
          .phase = ContainerPhase::running,
          .running_for = seconds{10},
          .probe = {.outcome = outcome,
                    .status = status,
                    .took = milliseconds{5},
                    .target = "http://127.0.0.1:11434/api/tags",
                    .error = "ECONNREFUSED: Connection refused"}};
}

struct Case {
  const char* name;
  Observations seen;
  Health health;
  const char* reason;  // a part of it; "" when there is none
  bool final = false;
};

Observations with(Observations seen, void (*change)(Observations&)) {
  change(seen);
  return seen;
}

const std::vector<Case>& cases() {
  using O = Observations;
  const auto good = running(Probe::Outcome::answered);
  const auto refused = running(Probe::Outcome::failed, 0);
  static const std::vector<Case> kCases{
      {"not installed", O{}, Health::none, ""},
      {"answers", good, Health::green, ""},
      {"answers a TCP probe", running(Probe::Outcome::answered, 0), Health::green, ""},
      {"slow", with(good, [](O& o) { o.probe.took = milliseconds{1500}; }), Health::yellow,
       "slow: answered after 1500 ms"},
      {"another status while starting", running(Probe::Outcome::answered, 503), Health::yellow,
       "answers 503 instead of 200"},
      {"another status after the start-up time",
       with(running(Probe::Outcome::answered, 500), [](O& o) { o.running_for = seconds{301}; }),
       Health::red, "answers 500 instead of 200"},
      {"refused while starting", refused, Health::yellow, "starting (10s of at most 5m)"},
      {"refused while it works", with(refused, [](O& o) { o.working = true; }), Health::yellow,
       "still working (10s of at most 5m)"},
      {"refused after the start-up time", with(refused, [](O& o) { o.running_for = seconds{300}; }),
       Health::red, "ECONNREFUSED"},
      {"no answer",
       with(running(Probe::Outcome::timed_out),
            [](O& o) {
              o.running_for = seconds{900};
              o.probe.took = milliseconds{5000};
            }),
       Health::red, "no answer from http://127.0.0.1:11434/api/tags within 5000 ms"},
      {"engine says unhealthy, the probe answers",
       with(good, [](O& o) { o.image_health = ImageHealthState::unhealthy; }), Health::yellow,
       "answers, but the image's own healthcheck fails"},
      {"backend is red", with(good, [](O& o) { o.red_backend = "ollama"; }), Health::yellow,
       "its backend ollama is red"},
      {"gpu lost", with(good, [](O& o) { o.gpu_lost = true; }), Health::red, "gpu lost", true},
      {"nothing to ask, healthy",
       with(running(Probe::Outcome::not_tried),
            [](O& o) { o.image_health = ImageHealthState::healthy; }),
       Health::green, ""},
      {"nothing to ask, no healthcheck", running(Probe::Outcome::not_tried), Health::green, ""},
      {"nothing to ask, starting",
       with(running(Probe::Outcome::not_tried),
            [](O& o) { o.image_health = ImageHealthState::starting; }),
       Health::yellow, "starting"},
      {"nothing to ask, unhealthy for long",
       with(running(Probe::Outcome::not_tried),
            [](O& o) {
              o.image_health = ImageHealthState::unhealthy;
              o.image_health_output = "no models";
              o.running_for = seconds{400};
            }),
       Health::red, "healthcheck fails: no models"},
      {"missing", O{.installed = true}, Health::red, "the container is missing", true},
      {"stopped by the administrator",
       O{.installed = true, .wanted_stopped = true, .phase = ContainerPhase::stopped}, Health::none,
       "stopped by the administrator"},
      {"wanted stopped, and runs all the same", with(good, [](O& o) { o.wanted_stopped = true; }),
       Health::green, ""},
      {"exited",
       O{.installed = true,
         .phase = ContainerPhase::stopped,
         .exit_code = 3,
         .stopped_for = seconds{125}},
       Health::red, "stopped 2m ago, exit code 3", true},
      {"out of memory",
       O{.installed = true,
         .phase = ContainerPhase::stopped,
         .exit_code = 137,
         .out_of_memory = true},
       Health::red, "exit code 137: out of memory", true},
      {"could not be started",
       O{.installed = true,
         .phase = ContainerPhase::created,
         .engine_error = "port is already allocated"},
       Health::red, "port is already allocated", true},
      {"restarting",
       O{.installed = true,
         .phase = ContainerPhase::restarting,
         .exit_code = 1,
         .restart_count = 5},
       Health::red, "restarts in a loop (5 so far, exit code 1)", true},
      {"restarting for the first time",
       O{.installed = true,
         .phase = ContainerPhase::restarting,
         .exit_code = 1,
         .restart_count = 1},
       Health::red, "restarts in a loop", false},
      {"alive between two restarts",
       with(good,
            [](O& o) {
              o.restart_count = 3;
              o.running_for = seconds{1};
            }),
       Health::red, "restarts in a loop", true},
      {"restarted long ago",
       with(good,
            [](O& o) {
              o.restart_count = 9;
              o.running_for = seconds{600};
            }),
       Health::green, ""},
      {"paused", O{.installed = true, .phase = ContainerPhase::paused}, Health::yellow, "paused"},
  };
  return kCases;
}

TEST(HealthPolicy, JudgesEachCase) {
  const HealthThresholds thresholds{
      .expect_status = 200, .startup_timeout = seconds{300}, .slow = milliseconds{1000}};
  for (const auto& example : cases()) {
    const auto verdict = judge(example.seen, thresholds);
    EXPECT_EQ(verdict.health, example.health) << example.name << ": " << verdict.reason;
    EXPECT_EQ(verdict.final, example.final) << example.name;
    if (*example.reason == '\0')
      EXPECT_EQ(verdict.reason, "") << example.name;
    else
      EXPECT_NE(verdict.reason.find(example.reason), std::string::npos)
          << example.name << ": " << verdict.reason;
  }
}

}  // namespace
}  // namespace aistack::domain
