#pragma once

#include <optional>
#include <string>

#include "operations/context.hpp"

namespace aistack::operations {

// The name of a staged container: "aistack-ollama.aistack-stage".
std::string stage_name(const std::string& name);

// Why the container cannot be tried beside the running one: it would collide with it, would reach
// the live data through another container of the service (a database), or could not be asked
// whether it works. Absent: it can.
Task<std::optional<std::string>> why_not_staged(Context& context, const CatalogEntry& entry,
                                                const domain::ContainerSpec& spec);

// The same container on scratch storage: no published ports, no writable volume or directory of
// the host, no other container's volumes, no aliases, no restarts, and none of Docker Compose's
// labels.
domain::ContainerSpec stage_spec(const domain::ContainerSpec& spec, const std::string& service);

// Starts the new version beside the running one and sees it come up, then removes it. A broken
// image is found here, without downtime. kNotHealthy: it ended, or did not answer within the
// catalog's start-up time; `why` has its last words. Nothing is left behind in either case.
Task<> stage(Context& context, const CatalogEntry& entry, domain::ContainerSpec spec);

}  // namespace aistack::operations
