#include "operations/recover.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "operations/old_images.hpp"
#include "operations/removal.hpp"
#include "operations/snapshot.hpp"
#include "operations/stage.hpp"
#include "operations/swap.hpp"
#include "operations/ui_binding.hpp"

namespace aistack::operations {
namespace {

using domain::UpdatePlan;

bool has(const std::vector<ports::ContainerSummary>& all, const std::string& name) {
  return std::any_of(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
}

// The new containers go before the data comes back: nothing may write to it meanwhile.
Task<> remove_new(Context& context, const UpdatePlan& plan,
                  const std::vector<ports::ContainerSummary>& all) {
  for (const auto& member : plan.members) {
    const auto& name = member.container;
    for (const auto& beside : {stage_name(name), next_name(name)})
      if (has(all, beside)) {
        BOOST_OUTCOME_CO_TRY(co_await context.engine.remove_container(beside, kWithItsVolumes));
      }
    if (has(all, previous_name(name)) && has(all, name)) {
      BOOST_OUTCOME_CO_TRY(co_await context.engine.remove_container(name, kKeepItsVolumes));
    }
  }
  co_return ok();
}

Task<> bring_back(Context& context, const UpdatePlan& plan,
                  const std::vector<ports::ContainerSummary>& all) {
  for (const auto& member : plan.members)
    if (has(all, previous_name(member.container))) {
      BOOST_OUTCOME_CO_TRY(co_await context.engine.rename_container(previous_name(member.container),
                                                                    member.container));
    }
  for (const auto& member : plan.members) {
    if (!member.was_running) continue;
    const auto started = co_await context.engine.start_container(member.container);
    // Somebody removed the old container meanwhile: `start` makes one, of the recorded image.
    if (!started && started.error().code != ErrorCode::kNotFound) co_return started.error();
  }
  co_return ok();
}

Task<> undo_steps(Context& context, const UpdatePlan& plan) {
  BOOST_OUTCOME_CO_TRY(const auto all, co_await context.engine.list_containers({}));
  BOOST_OUTCOME_CO_TRY(co_await remove_new(context, plan, all));
  // What an old version has written since an update was cut short before its data were exchanged is
  // newer than the copy.
  BOOST_OUTCOME_CO_TRY(domain::may_have_changed_data(plan)
                           ? restore_snapshots(context, plan.snapshots)
                           : drop_snapshots(context, plan.snapshots));
  co_return co_await bring_back(context, plan, all);
}

void write_event(Context& context, const UpdatePlan& plan, const char* name, const char* message) {
  const ports::Event event{.time = context.clock.now(),
                           .name = fmt::format("service.update.{}", name),
                           .service = plan.service,
                           .operation = plan.operation,
                           .fields = {{"message", message}, {"reason", plan.reason}}};
  static_cast<void>(context.events.append(event));
}

Error unfinished(Error error, const std::string& service, const char* cannot) {
  error = with_what(std::move(error), fmt::format("{} of {}", cannot, service));
  error = with_state(std::move(error),
                     "its update plan stays open, with the old container and its data kept");
  return with_next(
      std::move(error),
      fmt::format("the next command on {} tries again: aistack start {}", service, service));
}

}  // namespace

Task<> roll_back(Context& context, UpdateJournal& journal) {
  journal.plan().status = UpdatePlan::Status::rolling_back;
  // A full disk must not keep the old version away: the plan on disk then still says "running",
  // which asks for the same.
  static_cast<void>(journal.save());
  BOOST_OUTCOME_CO_TRY(co_await undo_steps(context, journal.plan()));
  const auto closed = journal.close(UpdatePlan::Status::rolled_back);
  // What it is about is done; the open plan makes the next command look again, and find nothing.
  if (!closed)
    context.progress.note(journal.plan().service,
                          "rolled back, but the plan cannot be closed: " + closed.error().why);
  co_return ok();
}

Task<> clean_up(Context& context, UpdateJournal& journal) {
  for (const auto& member : journal.plan().members) {
    BOOST_OUTCOME_CO_TRY(
        co_await context.engine.remove_container(previous_name(member.container), kKeepItsVolumes));
  }
  // The update before this one can no longer be gone back over.
  if (const auto before = domain::proven_before(journal.plan())) {
    static_cast<void>(drop_snapshots(context, before->snapshots));
    static_cast<void>(co_await drop_old_images(context, *before, journal.plan()));
  }
  co_return journal.close(UpdatePlan::Status::finished);
}

Task<bool> recover(Context& context, std::string service) {
  BOOST_OUTCOME_CO_TRY(co_await recover_binding(context, service));
  BOOST_OUTCOME_CO_TRY(auto plan, read_plan(context, service));
  if (!plan) co_return false;
  const auto recovery = domain::recovery_of(*plan);
  if (recovery == domain::Recovery::nothing) co_return false;
  UpdateJournal journal{context, std::move(*plan)};
  if (recovery == domain::Recovery::clean_up) {
    auto cleaned = co_await clean_up(context, journal);
    if (!cleaned)
      co_return unfinished(std::move(cleaned).error(), service, "cannot finish the killed update");
    write_event(context, journal.plan(), "finished", "an interrupted update was finished");
    context.progress.note(service, "finished an update that was interrupted");
    co_return true;
  }
  if (journal.plan().reason.empty())
    journal.plan().reason = "aistack could not end the update: it was killed, or its disk was full";
  auto rolled_back = co_await roll_back(context, journal);
  if (!rolled_back)
    co_return unfinished(std::move(rolled_back).error(), service,
                         "cannot take back the killed update");
  write_event(context, journal.plan(), "rolled_back", "rollback: the previous version is back");
  context.progress.note(service,
                        "an update or rollback was interrupted: the version before it is back");
  co_return true;
}

Task<bool> clear_leftovers(Context& context, const CatalogEntry& entry,
                           const std::vector<ports::ContainerSummary>& all) {
  bool found = false;
  for (const auto& service : entry.project.services) {
    const auto& name = service.container_name;
    if (has(all, stage_name(name))) {
      BOOST_OUTCOME_CO_TRY(
          co_await context.engine.remove_container(stage_name(name), kWithItsVolumes));
      found = true;
    }
    BOOST_OUTCOME_CO_TRY(const bool settled, co_await settle(context, name, all));
    if (settled)
      context.progress.note(entry.name, "finished an interrupted replacement of " + name);
    found |= settled;
  }
  co_return found;
}

namespace {

bool leaves_something(const CatalogEntry& entry, const std::vector<ports::ContainerSummary>& all) {
  return std::any_of(entry.project.services.begin(), entry.project.services.end(),
                     [&](const auto& service) {
                       const auto& name = service.container_name;
                       return has(all, stage_name(name)) || has(all, next_name(name)) ||
                              has(all, previous_name(name));
                     });
}

// An update or a switch of its backend that was not brought to its end.
Result<bool> is_open(Context& context, const CatalogEntry& entry,
                     const std::optional<UiBinding>& binding) {
  BOOST_OUTCOME_TRY(const auto plan, read_plan(context, entry.name));
  return (plan && domain::recovery_of(*plan) != domain::Recovery::nothing) ||
         (binding && binding->ui == entry.name && binding->status == UiBinding::Status::switching);
}

}  // namespace

Task<std::vector<ports::ContainerSummary>> recover_all(Context& context) {
  BOOST_OUTCOME_CO_TRY(const auto binding, read_binding(context));
  BOOST_OUTCOME_CO_TRY(auto all, co_await context.engine.list_containers({}));
  bool changed = false;
  for (const auto& entry : context.catalog.entries()) {
    BOOST_OUTCOME_CO_TRY(const bool open, is_open(context, entry, binding));
    if (!open && !leaves_something(entry, all)) continue;
    const std::chrono::nanoseconds at_once{0};
    const auto lock = co_await context.locks.acquire(entry.name, "recover", at_once);
    if (!lock) continue;  // somebody works on it
    BOOST_OUTCOME_CO_TRY(const bool recovered, co_await recover(context, entry.name));
    BOOST_OUTCOME_CO_TRY(const auto now, co_await context.engine.list_containers({}));
    BOOST_OUTCOME_CO_TRY(const bool cleared, co_await clear_leftovers(context, entry, now));
    changed = changed || recovered || cleared;
  }
  if (changed) {
    BOOST_OUTCOME_CO_TRY(all, co_await context.engine.list_containers({}));
  }
  co_return all;
}

}  // namespace aistack::operations
