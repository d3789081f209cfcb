#pragma once

#include <optional>
#include <string>

#include "base/task.hpp"
#include "domain/health_policy.hpp"
#include "operations/context.hpp"

namespace aistack::operations {

// Where to ask a running service whether it works.
struct ProbeTarget {
  std::string host;
  int port = 0;
  std::string path;  // "": a TCP connection is all there is to ask
};

// The published port of the catalog's health entry (or the container's address when nothing is
// published); without a health entry the first published port over TCP, but only when the image
// has no healthcheck of its own. Absent: nothing to ask.
std::optional<ProbeTarget> probe_target(const CatalogEntry& entry,
                                        const ports::ContainerSummary& container,
                                        const std::string& engine_endpoint);

// Asks once. Never an error: a failure is an outcome.
boost::asio::awaitable<domain::Probe> probe(Context& context, ProbeTarget target);

// The image's own healthcheck as the container list words it: "Up 3 minutes (healthy)".
domain::ImageHealthState image_health(const std::string& status);
// Has it been up for ten seconds at most, by the same words ("Up 9 seconds")? One that restarts in
// a loop looks like that, too, when it is caught up.
bool started_lately(const std::string& status);

}  // namespace aistack::operations
