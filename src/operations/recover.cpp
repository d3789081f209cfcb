#include "operations/recover.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "operations/deploy.hpp"
#include "operations/leftovers.hpp"
#include "operations/old_images.hpp"
#include "operations/removal.hpp"
#include "operations/snapshot.hpp"
#include "operations/stack.hpp"
#include "operations/stage.hpp"
#include "operations/stop.hpp"
#include "operations/swap.hpp"
#include "operations/ui_binding.hpp"

namespace aistack::operations {
namespace {

using domain::PlanMember;
using domain::UpdatePlan;
using ports::ContainerSummary;
using Containers = std::vector<ContainerSummary>;

// The names alone do not tell which container is which: somebody may have removed the old one.
const ContainerSummary* new_container(const Containers& all, const PlanMember& member) {
  const auto* current = container_named(all, member.container);
  if (current == nullptr || container_named(all, previous_name(member.container)) != nullptr)
    return current;
  const bool runs_new_image =
      current->image_id == member.to_image_id && member.to_image_id != member.from_image_id;
  return runs_new_image ? current : nullptr;
}

const ContainerSummary* old_container(const Containers& all, const PlanMember& member) {
  if (const auto* previous = container_named(all, previous_name(member.container))) return previous;
  return new_container(all, member) != nullptr ? nullptr : container_named(all, member.container);
}

// The new containers go before the data comes back: nothing may write to it meanwhile.
Task<> remove_new(Context& context, const UpdatePlan& plan, const Containers& all) {
  for (const auto& member : plan.members) {
    for (const auto& beside : {stage_name(member.container), next_name(member.container)})
      if (container_named(all, beside) != nullptr) {
        BOOST_OUTCOME_CO_TRY(co_await context.engine.remove_container(beside, kWithItsVolumes));
      }
    if (const auto* made = new_container(all, member)) {
      BOOST_OUTCOME_CO_TRY(co_await context.engine.remove_container(made->name, kKeepItsVolumes));
    }
  }
  co_return ok();
}

// Somebody, or a restart of the machine, may have started what the update had stopped. It would go
// on writing into directories that are moved away and deleted.
Task<> stop_old(Context& context, const UpdatePlan& plan, const Containers& all) {
  for (auto member = plan.members.rbegin(); member != plan.members.rend(); ++member) {
    const auto* old = old_container(all, *member);
    if (old == nullptr || !is_up(old->state)) continue;
    BOOST_OUTCOME_CO_TRY(co_await end_container(context, *old));
  }
  co_return ok();
}

Task<> bring_data_back(Context& context, const UpdatePlan& plan, const Containers& all) {
  // What an old version has written since an update was cut short before its data were exchanged is
  // newer than the copy.
  if (!domain::may_have_changed_data(plan)) co_return drop_snapshots(context, plan.snapshots);
  const bool copied =
      std::any_of(plan.snapshots.begin(), plan.snapshots.end(),
                  [&](const auto& snapshot) { return context.host.exists(snapshot.saved); });
  if (copied) {
    BOOST_OUTCOME_CO_TRY(co_await stop_old(context, plan, all));
  }
  co_return restore_snapshots(context, plan.snapshots);
}

Task<> undo_steps(Context& context, const UpdatePlan& plan) {
  BOOST_OUTCOME_CO_TRY(const auto all, co_await context.engine.list_containers({}));
  BOOST_OUTCOME_CO_TRY(co_await remove_new(context, plan, all));
  BOOST_OUTCOME_CO_TRY(co_await bring_data_back(context, plan, all));
  for (const auto& member : plan.members)
    if (container_named(all, previous_name(member.container)) != nullptr) {
      BOOST_OUTCOME_CO_TRY(co_await context.engine.rename_container(previous_name(member.container),
                                                                    member.container));
    }
  co_return ok();
}

bool must_be_repeated(const Error& error) {
  return lost_engine(error.code) || error.code == ErrorCode::kInterrupted;
}

// All that can be started; gives the first error then.
Task<> start_old(Context& context, const UpdatePlan& plan) {
  Result<> first = ok();
  for (const auto& member : plan.members) {
    if (!member.was_running) continue;
    auto started = co_await context.engine.start_container(member.container);
    if (started || !first) continue;
    if (must_be_repeated(started.error())) co_return started;
    // `start` makes one, of the recorded image.
    if (started.error().code == ErrorCode::kNotFound)
      started = Error{ErrorCode::kNotFound,
                      "the container is missing: somebody removed " + member.container};
    first = std::move(started);
  }
  co_return first;
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
  auto started = co_await start_old(context, journal.plan());
  if (!started && must_be_repeated(started.error())) co_return started;
  const auto closed = journal.close(UpdatePlan::Status::rolled_back);
  // What it is about is done; the open plan makes the next command look again, and find nothing.
  if (!closed)
    context.progress.note(journal.plan().service,
                          "rolled back, but the plan cannot be closed: " + closed.error().why);
  co_return started;
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
  if (journal.plan().status != UpdatePlan::Status::rolled_back)
    co_return unfinished(std::move(rolled_back).error(), service,
                         "cannot take back the killed update");
  write_event(context, journal.plan(), "rolled_back", "rollback: the previous version is back");
  std::string said = "an update or rollback was interrupted: the version before it is back";
  if (!rolled_back) said += ", but does not run: " + rolled_back.error().why;
  context.progress.note(service, said);
  co_return true;
}

namespace {

// An update or a switch of its backend that was not brought to its end.
Result<bool> is_open(Context& context, const CatalogEntry& entry,
                     const std::optional<UiBinding>& binding) {
  BOOST_OUTCOME_TRY(const auto plan, read_plan(context, entry.name));
  return (plan && domain::recovery_of(*plan) != domain::Recovery::nothing) ||
         (binding && binding->ui == entry.name && binding->status == UiBinding::Status::switching);
}

// Finishes, undoes and clears away what there is of one service. True: there was something.
Task<bool> recover_one(Context& context, const CatalogEntry& entry) {
  const std::chrono::nanoseconds at_once{0};
  const auto lock = co_await context.locks.acquire(entry.name, "recover", at_once);
  if (!lock) co_return false;  // somebody works on it
  BOOST_OUTCOME_CO_TRY(const bool recovered, co_await recover(context, entry.name));
  BOOST_OUTCOME_CO_TRY(const auto now, co_await context.engine.list_containers({}));
  const auto cleared = co_await clear_leftovers(context, entry, now);
  if (cleared) co_return recovered || cleared.value();
  // Somebody whose lock lies elsewhere does.
  if (cleared.error().code == ErrorCode::kLocked) co_return recovered;
  co_return cleared.error();
}

}  // namespace

bool is_damaged(const Error& error) {
  return error.code == ErrorCode::kCorruptState || error.code == ErrorCode::kNewerSchema;
}

std::string in_one_line(const Error& error) {
  auto line = error.what.empty() ? error.why : error.what + ": " + error.why;
  for (const auto& next : error.next) line += "; " + next;
  return line;
}

Task<Recovered> recover_all(Context& context) {
  Recovered result;
  auto binding = read_binding(context);
  if (!binding && !is_damaged(binding.error())) co_return binding.error();
  if (!binding) {
    result.notes.push_back(in_one_line(binding.error()));
    binding = std::optional<UiBinding>{};
  }
  BOOST_OUTCOME_CO_TRY(result.containers, co_await context.engine.list_containers({}));
  bool changed = false;
  for (const auto& entry : context.catalog.entries()) {
    const auto open = is_open(context, entry, binding.value());
    if (!open && !is_damaged(open.error())) co_return open.error();
    if (!open) {
      result.notes.push_back(in_one_line(open.error()));
      continue;
    }
    if (!open.value() && !leaves_something(entry, result.containers)) continue;
    const auto recovered = co_await recover_one(context, entry);
    if (!recovered && must_be_repeated(recovered.error())) co_return recovered.error();
    if (!recovered) result.notes.push_back(in_one_line(recovered.error()));
    changed = changed || !recovered || recovered.value();
  }
  if (changed) {
    BOOST_OUTCOME_CO_TRY(result.containers, co_await context.engine.list_containers({}));
  }
  co_return result;
}

}  // namespace aistack::operations
