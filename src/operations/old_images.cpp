#include "operations/old_images.hpp"

#include <algorithm>
#include <set>

#include "operations/update_journal.hpp"

namespace aistack::operations {
namespace {

using domain::PlanMember;
using domain::UpdatePlan;

const PlanMember* member_of(const std::optional<UpdatePlan>& plan, const std::string& service) {
  if (!plan) return nullptr;
  for (const auto& member : plan->members)
    if (member.compose_service == service) return &member;
  return nullptr;
}

void add_images(const UpdatePlan& plan, std::set<std::string>& images) {
  for (const auto& member : plan.members) {
    images.insert({member.from_image_id, member.to_image_id});
    images.insert(member.kept_images.begin(), member.kept_images.end());
  }
}

Task<> drop(Context& context, std::set<std::string> old, const UpdatePlan& now) {
  std::set<std::string> needed;
  add_images(now, needed);
  BOOST_OUTCOME_CO_TRY(const auto services, planned_services(context));
  for (const auto& service : services) {
    if (service == now.service) continue;
    BOOST_OUTCOME_CO_TRY(const auto plan, read_plan(context, service));
    if (!plan) continue;
    add_images(*plan, needed);
    if (const auto before = domain::proven_before(*plan)) add_images(*before, needed);
  }
  for (const auto& image : old) {
    if (needed.contains(image)) continue;
    // In use elsewhere, or gone: both are fine.
    static_cast<void>(co_await context.engine.remove_image(image));
  }
  co_return ok();
}

}  // namespace

void choose_kept_images(UpdatePlan& now, const std::optional<UpdatePlan>& before,
                        std::uint64_t keep) {
  for (auto& member : now.members) {
    std::vector<std::string> candidates{member.from_image_id};
    if (const auto* earlier = member_of(before, member.compose_service)) {
      candidates.push_back(earlier->from_image_id);
      candidates.insert(candidates.end(), earlier->kept_images.begin(), earlier->kept_images.end());
    }
    member.kept_images.clear();
    for (auto& image : candidates) {
      const auto& kept = member.kept_images;
      const bool again = std::find(kept.begin(), kept.end(), image) != kept.end();
      if (again || image == member.to_image_id || kept.size() >= keep) continue;
      member.kept_images.push_back(std::move(image));
    }
  }
}

Task<> drop_old_images(Context& context, const UpdatePlan& before, const UpdatePlan& now) {
  std::set<std::string> old;
  add_images(before, old);
  co_return co_await drop(context, std::move(old), now);
}

Task<> drop_failed_images(Context& context, const UpdatePlan& failed, const UpdatePlan& now) {
  std::set<std::string> old;
  for (const auto& member : failed.members) old.insert(member.to_image_id);
  std::set<std::string> kept;
  if (const auto before = domain::proven_before(now)) add_images(*before, kept);
  for (const auto& image : kept) old.erase(image);
  co_return co_await drop(context, std::move(old), now);
}

}  // namespace aistack::operations
