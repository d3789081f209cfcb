#pragma once

#include <string>
#include <vector>

#include "domain/update_plan.hpp"
#include "operations/context.hpp"
#include "operations/update_journal.hpp"

namespace aistack::operations {

// Brings the old containers and the old data back, from whatever point an update got to. Can be
// repeated after any interruption. Does not wait for green.
//
// An error leaves the plan open, to be repeated, but for one: where names and data are back and an
// old container does not start, or is gone (kNotFound), the plan is closed as rolled_back, since
// repeating it would mend nothing.
Task<> roll_back(Context& context, UpdateJournal& journal);
// Removes what a proven update no longer needs: the old containers. Can be repeated.
Task<> clean_up(Context& context, UpdateJournal& journal);

// Finishes or undoes an update of the service that was killed. The caller holds the service's
// lock. True: there was one.
Task<bool> recover(Context& context, std::string service);

// Is it about a document that is there and makes no sense?
bool is_damaged(const Error& error);
// What, why and next, as a note.
std::string in_one_line(const Error& error);

// What could not be recovered stays as it is, for somebody to look at, and keeps nothing else from
// being shown.
struct Recovered {
  std::vector<ports::ContainerSummary> containers;  // the engine's, afterwards
  std::vector<std::string> notes;                   // what was left, why, and what to do
};
// Does that and clears leftovers away for every service of the catalog whose lock is free, for
// commands that hold none.
Task<Recovered> recover_all(Context& context);

}  // namespace aistack::operations
