#pragma once

#include <string>
#include <vector>

#include "operations/catalog.hpp"

namespace aistack::operations {

// The names of the volumes in which a service with `models` keeps those that it has downloaded:
// what is mounted where its program puts them. Where nothing tells, all of its volumes, so that no
// model is lost for want of knowing. Empty: the service has no models.
std::vector<std::string> model_volumes(const CatalogEntry& entry);

}  // namespace aistack::operations
