#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// Whether a service works, as a pure function of what was observed.
namespace aistack::domain {

enum class Health {
  none,    // "-": not installed, or stopped by the administrator
  green,   // running, and the probe answers as the catalog expects
  yellow,  // starting, slow, or partly wrong
  red,     // should run and does not, or does not answer
};
std::string_view to_string(Health health);

// What came back when the service was asked from outside.
struct Probe {
  enum class Outcome {
    not_tried,  // nothing to ask: no port, or the container does not run
    answered,   // an HTTP answer, or a TCP connection where that is all there is to ask
    failed,     // refused, reset, garbage
    timed_out,
  };
  Outcome outcome = Outcome::not_tried;
  int status = 0;  // HTTP; 0 for a TCP probe
  std::chrono::milliseconds took{0};
  std::string target;  // "http://127.0.0.1:11434/api/tags"
  std::string error;   // of a failed one
};

enum class ContainerPhase { absent, created, running, paused, restarting, stopped };
enum class ImageHealthState { none, starting, healthy, unhealthy };

struct Observations {
  bool installed = false;
  bool wanted_stopped = false;  // the administrator stopped it
  ContainerPhase phase = ContainerPhase::absent;
  int exit_code = 0;
  bool out_of_memory = false;
  std::string engine_error;             // why the last start failed
  int restart_count = 0;                // by the engine's restart policy
  std::chrono::seconds running_for{0};  // since the last start
  std::chrono::seconds stopped_for{0};  // since the last stop
  ImageHealthState image_health = ImageHealthState::none;
  std::string image_health_output;
  Probe probe;
  bool working = false;     // CPU, network or log lines still move: a migration, a download
  bool gpu_lost = false;    // a GPU service that no longer sees the device
  std::string red_backend;  // a UI's backend that is red; "" if none
};

struct HealthThresholds {
  int expect_status = 200;
  std::chrono::seconds startup_timeout{120};
  std::chrono::milliseconds slow{1000};
};

struct Verdict {
  Health health = Health::none;
  // For people: "starting (12s of at most 5m)", "exit code 137: out of memory". "" when green.
  std::string reason;
  // A state that waiting will not mend: an install need not wait for its timeout.
  bool final = false;
};

Verdict judge(const Observations& seen, const HealthThresholds& thresholds);

}  // namespace aistack::domain
