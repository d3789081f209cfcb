#pragma once

#include "domain/update_plan.hpp"
#include "operations/context.hpp"

namespace aistack::operations {

// Which images of each container outlive this update: the one it replaces and those of earlier
// updates (`before`), `keep` of them in all.
void choose_kept_images(domain::UpdatePlan& now, const std::optional<domain::UpdatePlan>& before,
                        std::uint64_t keep);

// Removes from the engine what `before` had kept or replaced and `now` does not keep. What another
// service's plan needs stays, and so does what a container is made of.
Task<> drop_old_images(Context& context, const domain::UpdatePlan& before,
                       const domain::UpdatePlan& now);

// The same for what `failed`, which came to nothing, had brought, now that `now` is tried instead.
// An image stays until then: to look at, or to be tried again.
Task<> drop_failed_images(Context& context, const domain::UpdatePlan& failed,
                          const domain::UpdatePlan& now);

}  // namespace aistack::operations
