#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/context.hpp"

namespace aistack::operations {

// A port that a container is going to publish.
struct WantedPort {
  std::string host_ip;  // "": all addresses
  int host_port = 0;
  std::string protocol = "tcp";
};

// What a container specification publishes; ranges and ports that the engine picks are left out.
std::vector<WantedPort> wanted_ports(const domain::ContainerSpec& spec);

// Would binding both fail? Same port and protocol, and addresses that overlap.
bool overlap(const WantedPort& a, const WantedPort& b);

// Is every port free for `container` (whose own ports do not count)? kPortInUse names the port and
// the process or container that holds it, and the file to edit. Changes nothing. An engine on
// another machine is asked about its containers only.
Result<> check_ports(Context& context, const CatalogEntry& entry, const domain::ContainerSpec& spec,
                     const std::string& own_container,
                     const std::vector<ports::ContainerSummary>& all);

// The same error for a start that the engine refused because of a port.
Error port_error(Context& context, const CatalogEntry& entry, const domain::ContainerSpec& spec,
                 const std::string& own_container, const std::vector<ports::ContainerSummary>& all,
                 Error from_engine);

}  // namespace aistack::operations
