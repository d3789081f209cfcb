#pragma once

#include "operations/update_job.hpp"

namespace aistack::operations {

// Writes the specification of each new container.
Task<> fill_specs(UpdateJob& job);

// Tries the new version beside the running one, where that is wanted and possible. An Error: it
// does not come up; nothing that existed was touched.
Task<> stage_all(UpdateJob& job, UpdateJournal& journal);
// What a trial may have left behind is gone.
Task<> remove_trials(UpdateJob& job);

// Puts the new containers in the old ones' place, and proves them: green, then the soak. The old
// ones stay, stopped, under another name. An Error: to be rolled back, whatever was reached.
Task<> exchange(UpdateJob& job, UpdateJournal& journal);

}  // namespace aistack::operations
