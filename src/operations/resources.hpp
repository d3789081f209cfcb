#pragma once

#include <string>
#include <vector>

#include "operations/context.hpp"

// What a service's containers need beside their image: networks, volumes, secrets.
namespace aistack::operations {

// The network that the services of the stack share. Ours to make and to remove although the shipped
// files call it external (only so does Docker Compose, pointed at them, warn of no other project).
inline constexpr const char* kStackNetwork = "aistack-net";

// The networks and volumes of the entry exist afterwards, and its secrets are generated.
// New plain volumes are local volumes bound to <volumes_root>/NAME, so that `docker volume prune`
// cannot delete them; an existing volume of any driver is used as it is. All at once.
// kNameInUse: a network with that name that is neither ours nor declared external;
// kNetworkNotFound / kNotFound: an external one that does not exist.
// What was made before a failure stays: it holds no data and the next run uses it.
Task<> ensure_resources(Context& context, const CatalogEntry& entry);

// The names of the volumes that aistack made or would make for this entry (not the external ones).
std::vector<std::string> own_volumes(const CatalogEntry& entry);
std::vector<std::string> own_networks(const CatalogEntry& entry);

}  // namespace aistack::operations
