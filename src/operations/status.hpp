#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/observe.hpp"
#include "operations/stack.hpp"

namespace aistack::operations {

struct ServiceStatus {
  std::string name;
  std::string title;
  ServiceState state = ServiceState::not_installed;
  domain::Verdict verdict;
  domain::Observations seen;
  std::string container;  // of the main one; "" when it is gone
  std::string image;      // the reference it runs
  std::vector<ports::PublishedPort> ports;
  std::optional<Time> created;  // when the container was made
  bool gpu_dropped = false;
};

// Who holds the GPU lock, from gpu_lock.json.
struct GpuLockStatus {
  std::string holder;
  std::int64_t pid = 0;
  std::optional<Time> since;
};

struct StatusReport {
  std::vector<ServiceStatus> services;  // the installed ones, by name
  std::optional<GpuLockStatus> gpu_lock;
  std::vector<std::string> notes;  // what cannot be read, or not be finished, and what to do
  bool all_green() const;          // and none is missing; stopped ones do not count
};

// One list of the engine's and one probe a running service, all at once. Changes nothing, but that
// an update which was killed is finished or undone first.
Task<StatusReport> status(Context& context, Look look = Look::quick);

}  // namespace aistack::operations
