#pragma once

#include <string>
#include <vector>

#include "operations/context.hpp"
#include "operations/labels.hpp"

// An installed service that the catalog does not describe any more, its file being gone or of no
// use: what its containers' labels and its record tell of it.
namespace aistack::operations {

// Is there such a service, in the catalog or installed? The error is the catalog's: that the file
// cannot be used and why, or that nobody knows the name.
Result<> require_known(const Context& context, const std::string& service);

// Do a container's labels tell that it is one of this service, or of a trial of it? Those that
// Docker Compose made name its file.
bool tells_of(const Catalog& catalog, const std::string& service, const Labels& labels);

// Its containers, the last made first: they started in the other order.
Task<std::vector<ports::ContainerSummary>> labelled_containers(Context& context,
                                                               std::string service);

// The networks that aistack made for it, and the stack's.
Task<std::vector<std::string>> labelled_networks(Context& context, std::string service);

// The volumes that aistack made for it.
Task<std::vector<std::string>> labelled_volumes(Context& context, std::string service);

}  // namespace aistack::operations
