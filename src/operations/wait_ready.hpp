#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "operations/observe.hpp"

namespace aistack::operations {

// Waits until the service is green: probes again and again, after 2 ms at first and every 250 ms
// later, and at once when the engine reports something about its containers. While it waits, it
// tells a service that still works (a migration, a download) from one that is stuck.
//
// `look` is `quick` for one that may have been in a loop before.
// kNotHealthy: it went red for good, or `timeout` (default: the catalog's start-up time) is over;
// `why` is the last verdict's reason. The container is left as it is.
Task<ServiceHealth> wait_ready(Context& context, const CatalogEntry& entry,
                               std::optional<std::chrono::nanoseconds> timeout,
                               Look look = Look::glance);

}  // namespace aistack::operations
