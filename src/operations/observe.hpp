#pragma once

#include <string>
#include <vector>

#include "domain/health_policy.hpp"
#include "operations/stack.hpp"

namespace aistack::operations {

// A service as it is now, judged.
struct ServiceHealth {
  domain::Verdict verdict;
  domain::Observations seen;
};

// How much is asked. `glance` is one probe, for a container that was started just now. `quick` also
// tells one that is caught up between two ends of a loop. `close` also asks inside a GPU service's
// container whether it still sees the GPU, and watches one that is not up yet for a moment, to tell
// whether it works or is stuck.
enum class Look { glance, quick, close };

domain::HealthThresholds health_thresholds(const Context& context, const CatalogEntry& entry);

// Probes one service and, only if that is not enough to call it green (or more than a glance finds
// that it has started within the last seconds), asks the engine for the details (exit code,
// restarts, healthcheck output). Never an error: what could not be found out is in the verdict.
boost::asio::awaitable<ServiceHealth> observe(Context& context, const ServiceView& view,
                                              Look look = Look::quick);

// All at once; one that hangs costs its own timeout only. A UI whose backend is red is yellow.
boost::asio::awaitable<std::vector<ServiceHealth>> observe_all(
    Context& context, const std::vector<ServiceView>& views, Look look = Look::quick);

}  // namespace aistack::operations
