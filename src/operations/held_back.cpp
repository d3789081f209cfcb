#include "operations/held_back.hpp"

#include "operations/update_journal.hpp"

namespace aistack::operations {
namespace {

using domain::UpdatePlan;

bool failed(const UpdatePlan& plan) {
  return plan.kind == UpdatePlan::Kind::update && plan.came_to_nothing();
}

bool went_back(const UpdatePlan& plan) {
  return plan.kind == UpdatePlan::Kind::rollback && plan.status == UpdatePlan::Status::finished;
}

}  // namespace

Result<std::optional<HeldBack>> held_back(Context& context, const ServiceView& view,
                                          const compose::ComposeService& service) {
  std::optional<HeldBack> held;
  BOOST_OUTCOME_TRY(const auto plan, read_plan(context, view.entry->name));
  if (!plan || (!failed(*plan) && !went_back(*plan))) return held;
  if (!view.record || view.record->installed_at > plan->started) return held;
  const auto wanted = effective_image(context, *view.entry, service);
  for (const auto& member : plan->members) {
    if (member.compose_service != service.name || member.to_image != wanted) continue;
    if (member.from_image_id == member.to_image_id) continue;
    // A rollback's plan has the reference of the newer version beside the id of the older one.
    held = went_back(*plan) ? HeldBack{wanted, "was rolled back", {wanted, member.to_image_id}}
                            : HeldBack{wanted,
                                       "did not get through its update",
                                       {member.from_image, member.from_image_id}};
  }
  return held;
}

}  // namespace aistack::operations
