#pragma once

#include <vector>

#include "operations/context.hpp"

// What a trial or a replacement leaves beside a service's containers when it is killed. Names are
// the engine's, and all of its users see them; locks and plans are those of one state directory.
// So each container tells which state directory it was made for.
namespace aistack::operations {

// Notes it on a container that is to be made.
void sign(const Context& context, domain::ContainerSpec& spec);

// Is there anything beside the service's containers?
bool leaves_something(const CatalogEntry& entry, const std::vector<ports::ContainerSummary>& all);

// Clears away what nobody works on any more, and what reached the engine only after the client that
// had asked for it was killed: the container of a trial, half of a replacement. A service that this
// leaves stopped, and that is wanted running, is started. `all`: the engine's containers. The
// caller holds the service's lock. True: there was something.
//
// kLocked: it is the work of an aistack with another state directory, whose lock does not show
// here.
Task<bool> clear_leftovers(Context& context, const CatalogEntry& entry,
                           const std::vector<ports::ContainerSummary>& all);

}  // namespace aistack::operations
