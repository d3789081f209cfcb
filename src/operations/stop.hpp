#pragma once

#include <string>
#include <vector>

#include "operations/context.hpp"
#include "operations/stack.hpp"

namespace aistack::operations {

struct StopReport {
  std::string service;
  bool was_running = false;
};
struct StopResult {
  std::string service;
  Result<StopReport> result;
};

// Stops services and remembers that the administrator wanted it so. Already stopped: done.
// One whose file is gone or cannot be used is stopped, too.
// kNotFound: one of them is not installed. Services stop at once, the containers of one service
// against the order in which they started.
Task<std::vector<StopResult>> stop(Context& context, std::vector<std::string> services);

// Stops a container, and does not leave before it has ended: a stop that a Ctrl-C comes into goes
// on in the engine, and what was started again meanwhile would go down with it. kInterrupted then.
Task<> stop_fully(Context& context, std::string container);

// Stops one that is up. A paused one is resumed for it: Podman would not stop it.
Task<> end_container(Context& context, const ports::ContainerSummary& container);

// Stops what runs of a service, the last started first. No record is written.
Task<bool> stop_containers(Context& context, const ServiceView& view);

}  // namespace aistack::operations
