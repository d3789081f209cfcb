#pragma once

#include <string>
#include <vector>

#include "operations/context.hpp"

// What a service's containers need beside their image: networks and volumes.
namespace aistack::operations {

// The networks and volumes of the entry exist afterwards.
//
// New plain volumes are local volumes bound to <volumes_root>/NAME, so that `docker volume prune`
// cannot delete them; an existing one of any driver is used as it is.
// kNetworkNotFound, kNotFound: one that the file declares external does not exist. What was made
// before a failure stays: it holds no data, and the next run uses it.
Task<> ensure_resources(Context& context, const CatalogEntry& entry);

// The names of the volumes that aistack made or would make for this entry (not the external ones).
std::vector<std::string> own_volumes(const CatalogEntry& entry);
std::vector<std::string> own_networks(const CatalogEntry& entry);

}  // namespace aistack::operations
