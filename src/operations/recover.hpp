#pragma once

#include <string>

#include "domain/update_plan.hpp"
#include "operations/context.hpp"
#include "operations/update_journal.hpp"

namespace aistack::operations {

// Brings the old containers and the old data back, from whatever point an update got to. Can be
// repeated after any interruption. Does not wait for green.
Task<> roll_back(Context& context, UpdateJournal& journal);
// Removes what a proven update no longer needs: the old containers. Can be repeated.
Task<> clean_up(Context& context, UpdateJournal& journal);

// Finishes or undoes an update of the service that was killed. The caller holds the service's
// lock. True: there was one.
Task<bool> recover(Context& context, std::string service);
// Clears away what nobody works on any more, and what reached the engine only after the client that
// had asked for it was killed: the container of a trial, half of a replacement. `all`: the engine's
// containers. The caller holds the service's lock. True: there was something.
Task<bool> clear_leftovers(Context& context, const CatalogEntry& entry,
                           const std::vector<ports::ContainerSummary>& all);

// Both for every service of the catalog whose lock is free, for commands that hold none; then the
// engine's containers.
Task<std::vector<ports::ContainerSummary>> recover_all(Context& context);

}  // namespace aistack::operations
