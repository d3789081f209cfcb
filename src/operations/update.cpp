#include "operations/update.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/when_all.hpp"
#include "operations/carry_over.hpp"
#include "operations/deploy.hpp"
#include "operations/images.hpp"
#include "operations/pull.hpp"
#include "operations/recover.hpp"
#include "operations/snapshot.hpp"
#include "operations/soak.hpp"
#include "operations/stack.hpp"
#include "operations/stage.hpp"
#include "operations/swap.hpp"
#include "operations/update_journal.hpp"
#include "operations/wait_ready.hpp"

namespace aistack::operations {
namespace {

using domain::UpdatePlan;
using Outcome = UpdateReport::Outcome;

constexpr ports::RemoveOptions kForce{.force = true, .anonymous_volumes = false};

// One container that gets another image.
struct Change {
  const compose::ComposeService* service = nullptr;
  ports::ContainerSummary running;
  domain::PlanMember member;
  domain::ContainerSpec spec;
};

struct Job {
  Context& context;
  const CatalogEntry& entry;
  UpdatePlan::Kind kind;
  std::vector<Change> changes;
  bool gpu = false;  // the engine has one
  // Of all containers of the service; a new one takes the old one's place when it is made.
  ContainerIds containers = {};
  bool was_running = false;  // the service as a whole
  // Of a rollback: the data that the update had saved.
  std::vector<domain::PlanSnapshot> saved_data;
};

Error pinned(const std::string& service) {
  Error error{ErrorCode::kConflict, "updates.mode is pinned"};
  error.what = fmt::format("cannot update {}: versions are pinned", service);
  error.state = "nothing was changed";
  error.next = {"set updates.mode to rolling in /etc/aistack/config.yaml",
                "or change the service's line in versions.lock, then: aistack start " + service};
  return error;
}

Error not_installed(const std::string& service) {
  Error error{ErrorCode::kNotFound, "it has no container"};
  error.what = fmt::format("{} is not installed", service);
  error.state = "nothing was changed";
  error.next = {"aistack install " + service};
  return error;
}

bool runs(const ports::ContainerSummary& container) {
  return container.state == ports::ContainerState::running ||
         container.state == ports::ContainerState::restarting;
}

// The engine is told the reference, as the file has it, while that means the image that was
// decided on, and else the image's id: a tag may have moved meanwhile, or be gone back over.
Task<> fill_spec(Job& job, Change& change) {
  const auto& member = change.member;
  const ImageChoice image{member.to_image, member.to_image_id};
  change.spec = container_for(job.entry, *change.service, image, change.service->gpu && !job.gpu,
                              job.containers);
  BOOST_OUTCOME_CO_TRY(const auto tagged,
                       co_await job.context.engine.inspect_image(member.to_image));
  if (!tagged || tagged->id != member.to_image_id) change.spec.config["Image"] = member.to_image_id;
  co_return co_await carry_anonymous_volumes(job.context, change.running.id, change.spec);
}

Task<> fill_specs(Job& job) {
  for (auto& change : job.changes) {
    BOOST_OUTCOME_CO_TRY(co_await fill_spec(job, change));
  }
  co_return ok();
}

// -- steps

Task<> stage_all(Job& job, UpdateJournal& journal) {
  if (job.kind == UpdatePlan::Kind::rollback || !job.context.settings.updates.stage) co_return ok();
  for (const auto& change : job.changes) {
    // Only the main one can be asked whether it works; side containers need it to be there.
    if (change.service->name != job.entry.spec().main) continue;
    auto staged = stage_spec(change.spec, job.entry.name);
    if (!staged || !job.context.engine.local()) {
      job.context.progress.note(job.entry.name, "not tried beforehand: it uses the host's network");
      continue;
    }
    BOOST_OUTCOME_CO_TRY(co_await journal.step("try the new version",
                                               stage(job.context, job.entry, std::move(*staged))));
  }
  co_return ok();
}

Task<> create_next(Job& job, Change& change) {
  // One that shares another's network names it by id, and that may have been made just now.
  if (!compose::shared_services(*change.service).empty()) {
    BOOST_OUTCOME_CO_TRY(co_await fill_spec(job, change));
  }
  auto spec = change.spec;
  spec.name = next_name(spec.name);
  BOOST_OUTCOME_CO_TRY(co_await job.context.engine.remove_container(spec.name, kForce));
  BOOST_OUTCOME_CO_TRY(auto id, co_await job.context.engine.create_container(std::move(spec)));
  job.containers[change.service->name] = std::move(id);
  co_return ok();
}

Task<> save_volumes(const Job& job, const UpdatePlan& plan) {
  if (job.kind == UpdatePlan::Kind::rollback)
    co_return exchange_data(job.context, plan.snapshots, job.saved_data);
  co_return take_snapshots(job.context, plan.snapshots);
}

Task<> create_all(Job& job, UpdateJournal& journal) {
  for (auto& change : job.changes) {
    BOOST_OUTCOME_CO_TRY(co_await journal.step("create the new " + change.member.container,
                                               create_next(job, change)));
  }
  co_return ok();
}

Task<> stop_all(Job& job, UpdateJournal& journal) {
  for (auto change = job.changes.rbegin(); change != job.changes.rend(); ++change)
    if (change->member.was_running) {
      BOOST_OUTCOME_CO_TRY(co_await journal.step(
          "stop " + change->member.container,
          job.context.engine.stop_container(change->member.container, std::nullopt)));
    }
  co_return ok();
}

Task<> exchange_names(Job& job, UpdateJournal& journal) {
  auto& engine = job.context.engine;
  for (const auto& change : job.changes) {
    const auto& name = change.member.container;
    BOOST_OUTCOME_CO_TRY(co_await journal.step("keep the old " + name,
                                               engine.rename_container(name, previous_name(name))));
    BOOST_OUTCOME_CO_TRY(co_await journal.step("put the new " + name + " in its place",
                                               engine.rename_container(next_name(name), name)));
  }
  co_return ok();
}

Task<> start_all(Job& job, UpdateJournal& journal) {
  for (const auto& change : job.changes)
    if (change.member.was_running) {
      BOOST_OUTCOME_CO_TRY(
          co_await journal.step("start the new " + change.member.container,
                                job.context.engine.start_container(change.member.container)));
    }
  co_return ok();
}

Task<> become_green(Context& context, const CatalogEntry& entry) {
  BOOST_OUTCOME_CO_TRY(co_await wait_ready(context, entry, std::nullopt));
  co_return ok();
}

// From the first change on: whatever fails here is rolled back.
Task<> exchange(Job& job, UpdateJournal& journal) {
  auto& context = job.context;
  BOOST_OUTCOME_CO_TRY(co_await create_all(job, journal));
  BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
  const auto stopped_at = context.clock.steady_now();
  BOOST_OUTCOME_CO_TRY(co_await stop_all(job, journal));
  if (!journal.plan().snapshots.empty()) {
    BOOST_OUTCOME_CO_TRY(
        co_await journal.step("save the volumes", save_volumes(job, journal.plan())));
  }
  BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
  BOOST_OUTCOME_CO_TRY(co_await exchange_names(job, journal));
  BOOST_OUTCOME_CO_TRY(co_await start_all(job, journal));
  if (!job.was_running) co_return ok();
  BOOST_OUTCOME_CO_TRY(co_await journal.step("wait for green", become_green(context, job.entry)));
  journal.plan().downtime_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(context.clock.steady_now() - stopped_at)
          .count();
  co_return co_await journal.step("watch it",
                                  soak(context, job.entry, context.settings.updates.soak));
}

// -- outcome

UpdateReport report_of(const Job& job, Outcome outcome, const UpdatePlan& plan) {
  const auto& member = job.changes.front().member;
  UpdateReport report{.service = job.entry.name,
                      .outcome = outcome,
                      .from_image = member.from_image,
                      .to_image = member.to_image,
                      .from_image_id = member.from_image_id,
                      .to_image_id = member.to_image_id};
  if (plan.downtime_ms) report.downtime = std::chrono::milliseconds{*plan.downtime_ms};
  return report;
}

Task<> undo_and_prove(Job& job, UpdateJournal& journal) {
  BOOST_OUTCOME_CO_TRY(co_await roll_back(job.context, journal));
  if (!job.was_running) co_return ok();
  job.context.progress.step(job.entry.name, "waiting for the previous version to be green");
  co_return co_await become_green(job.context, job.entry);
}

Task<UpdateReport> undo(Job& job, UpdateJournal& journal, Error error, Operation& operation) {
  journal.plan().reason = error.why;
  // The lines that the container wrote last come with the error itself.
  job.context.progress.note(job.entry.name, fmt::format("the new version failed: {}; rolling back",
                                                        error.why.substr(0, error.why.find('\n'))));
  const auto undone = co_await shielded(undo_and_prove(job, journal));
  auto report =
      report_of(job, undone ? Outcome::rolled_back : Outcome::not_rolled_back, journal.plan());
  error.what = fmt::format("the update of {} failed", job.entry.name);
  if (undone) {
    error.state = "rollback done: the previous version is back and its data are as they were";
    operation.event("rolled_back",
                    {{"message", "rollback: the previous version is back"}, {"reason", error.why}});
  } else {
    error.state = "rollback failed: " + undone.error().why;
    error.next = {fmt::format("aistack start {}   (finishes the rollback)", job.entry.name)};
    operation.event("rollback_failed", {{"message", error.state}, {"reason", undone.error().why}});
  }
  report.error = std::move(error);
  co_return report;
}

// The image before the one that a rollback needs is in nobody's way but the disk's.
Task<> drop_old_images(Context& context, const std::optional<UpdatePlan>& before,
                       const UpdatePlan& now) {
  if (!before) co_return ok();
  for (const auto& member : before->members) {
    const auto used = [&](const auto& each) {
      return each.from_image_id == member.from_image_id || each.to_image_id == member.from_image_id;
    };
    if (std::any_of(now.members.begin(), now.members.end(), used)) continue;
    // In use elsewhere, or gone: both are fine.
    static_cast<void>(co_await context.engine.remove_image(member.from_image_id));
  }
  co_return ok();
}

Task<UpdateReport> carry_out(Job& job, UpdatePlan plan, const std::optional<UpdatePlan>& before,
                             Operation& operation) {
  if (before) {
    plan.proven = domain::to_json(*before);
    plan.proven.erase("proven");
  }
  UpdateJournal journal{job.context, std::move(plan)};
  BOOST_OUTCOME_CO_TRY(journal.save());
  auto staged = co_await stage_all(job, journal);
  if (!staged) {
    journal.plan().reason = staged.error().why;
    // The volumes' copies of the update before this one are still good.
    static_cast<void>(journal.close(UpdatePlan::Status::abandoned));
    co_return with_state(std::move(staged).error(),
                         "nothing was changed: the running version goes on");
  }
  auto exchanged = co_await exchange(job, journal);
  if (!exchanged) co_return co_await undo(job, journal, std::move(exchanged).error(), operation);
  // Here the decision falls: a plan that says "committed" is never rolled back.
  const auto committed = journal.close(UpdatePlan::Status::committed);
  if (!committed) co_return co_await undo(job, journal, committed.error(), operation);
  BOOST_OUTCOME_CO_TRY(co_await shielded(clean_up(job.context, journal)));
  if (before) static_cast<void>(drop_snapshots(job.context, before->snapshots));
  static_cast<void>(co_await drop_old_images(job.context, before, journal.plan()));
  co_return report_of(job, Outcome::updated, journal.plan());
}

// -- what is to be done

UpdatePlan plan_of(const Job& job, const Operation& operation) {
  UpdatePlan plan{.service = job.entry.name,
                  .operation = operation.id(),
                  .kind = job.kind,
                  .started = job.context.clock.now()};
  for (const auto& change : job.changes) plan.members.push_back(change.member);
  return plan;
}

Change change_of(const ContainerView& view, const std::string& to_image,
                 const std::string& to_image_id) {
  const auto& running = *view.container;
  return {.service = view.service,
          .running = running,
          .member = {.compose_service = view.service->name,
                     .container = running.name,
                     .from_image = running.image,
                     .from_image_id = running.image_id,
                     .to_image = to_image,
                     .to_image_id = to_image_id,
                     .was_running = runs(running)}};
}

Task<ServiceView> view_now(Context& context, const CatalogEntry& entry, EngineFacts& facts) {
  const std::vector<const CatalogEntry*> entries{&entry};
  BOOST_OUTCOME_CO_TRY(facts, co_await engine_facts(context, entries));
  BOOST_OUTCOME_CO_TRY(co_await settle_interrupted(context, entries, facts));
  BOOST_OUTCOME_CO_TRY(auto view, view_of(context, entry, facts.containers));
  if (!view.has_container()) co_return not_installed(entry.name);
  co_return view;
}

// Does it live in the network or process space of a container that is replaced?
bool follows(const Job& job, const compose::ComposeService& service) {
  const auto shared = compose::shared_services(service);
  return std::any_of(job.changes.begin(), job.changes.end(), [&](const auto& change) {
    return std::find(shared.begin(), shared.end(), change.service->name) != shared.end();
  });
}

// Pulls what the containers are to run; those whose image did not change drop out.
Task<> find_changes(Job& job, const ServiceView& view) {
  for (const auto& part : view.containers) {
    if (!part.container) continue;
    const auto reference = effective_image(job.context, job.entry, *part.service);
    WantedImage wanted{reference, part.service->platform};
    BOOST_OUTCOME_CO_TRY(
        const auto image,
        co_await ensure_image(job.context, job.entry.name, std::move(wanted), PullPolicy::always));
    job.was_running |= runs(*part.container);
    job.containers[part.service->name] = part.container->id;
    if (image.id != part.container->image_id || follows(job, *part.service))
      job.changes.push_back(change_of(part, reference, image.id));
  }
  co_return ok();
}

Task<UpdateReport> check_registry(Context& context, const CatalogEntry& entry,
                                  const ServiceView& view) {
  UpdateReport report{.service = entry.name};
  for (const auto& part : view.containers) {
    if (!part.container) continue;
    const auto reference = effective_image(context, entry, *part.service);
    BOOST_OUTCOME_CO_TRY(const auto digest, co_await context.engine.registry_digest(reference));
    BOOST_OUTCOME_CO_TRY(const auto image,
                         co_await context.engine.inspect_image(part.container->image_id));
    const auto has = [&](const std::string& each) { return each.ends_with("@" + digest); };
    report.from_image = part.container->image;
    report.to_image = reference;
    report.from_image_id = part.container->image_id;
    report.to_image_id = digest;
    if (image && std::any_of(image->digests.begin(), image->digests.end(), has)) continue;
    report.outcome = Outcome::available;
    co_return report;
  }
  co_return report;
}

Task<UpdateReport> run_update(Context& context, const CatalogEntry& entry, CheckOnly check,
                              Operation& operation) {
  EngineFacts facts;
  BOOST_OUTCOME_CO_TRY(const auto view, co_await view_now(context, entry, facts));
  if (check == CheckOnly::yes) co_return co_await check_registry(context, entry, view);
  BOOST_OUTCOME_CO_TRY(const auto recorded, read_plan(context, entry.name));
  const auto before = domain::last_finished(recorded);
  Job job{.context = context,
          .entry = entry,
          .kind = UpdatePlan::Kind::update,
          .changes = {},
          .gpu = facts.gpu};
  BOOST_OUTCOME_CO_TRY(co_await find_changes(job, view));
  if (job.changes.empty()) {
    const auto& main = view.main().container;
    co_return UpdateReport{.service = entry.name,
                           .from_image = main ? main->image : "",
                           .from_image_id = main ? main->image_id : ""};
  }
  BOOST_OUTCOME_CO_TRY(co_await fill_specs(job));
  auto plan = plan_of(job, operation);
  if (entry.spec().snapshot_before_update) {
    const auto id = operation.id();
    BOOST_OUTCOME_CO_TRY(plan.snapshots, co_await plan_snapshots(context, entry, id));
    BOOST_OUTCOME_CO_TRY(check_snapshot_space(context, plan.snapshots));
  }
  co_return co_await carry_out(job, std::move(plan), before, operation);
}

Error nothing_recorded(const std::string& service, std::string why) {
  Error error{ErrorCode::kNotFound, std::move(why)};
  error.what = fmt::format("cannot roll {} back", service);
  error.state = "nothing was changed";
  error.next = {"name the version in versions.lock, then: aistack start " + service};
  return error;
}

// The older image and, before it starts, the data that the update had saved.
Task<UpdateReport> run_rollback(Context& context, const CatalogEntry& entry, Operation& operation) {
  EngineFacts facts;
  BOOST_OUTCOME_CO_TRY(const auto view, co_await view_now(context, entry, facts));
  BOOST_OUTCOME_CO_TRY(const auto recorded, read_plan(context, entry.name));
  const auto before = domain::last_finished(recorded);
  if (!before) co_return nothing_recorded(entry.name, "no finished update is recorded");
  Job job{.context = context,
          .entry = entry,
          .kind = UpdatePlan::Kind::rollback,
          .changes = {},
          .gpu = facts.gpu};
  for (const auto& part : view.containers) {
    if (!part.container) continue;
    job.was_running |= runs(*part.container);
    job.containers[part.service->name] = part.container->id;
    for (const auto& member : before->members) {
      if (member.compose_service != part.service->name) continue;
      BOOST_OUTCOME_CO_TRY(const auto image,
                           co_await context.engine.inspect_image(member.from_image_id));
      if (!image)
        co_return nothing_recorded(entry.name,
                                   "the engine no longer has the image " + member.from_image_id);
      job.changes.push_back(
          change_of(part, effective_image(context, entry, *part.service), member.from_image_id));
    }
  }
  if (job.changes.empty()) co_return nothing_recorded(entry.name, "it has no container");
  BOOST_OUTCOME_CO_TRY(co_await fill_specs(job));
  auto plan = plan_of(job, operation);
  if (!before->snapshots.empty()) {
    const auto id = operation.id();
    BOOST_OUTCOME_CO_TRY(plan.snapshots, co_await plan_snapshots(context, entry, id));
    BOOST_OUTCOME_CO_TRY(check_snapshot_space(context, plan.snapshots));
    job.saved_data = before->snapshots;
  }
  co_return co_await carry_out(job, std::move(plan), before, operation);
}

void say(Context& context, const UpdateReport& report, Operation& operation) {
  const auto& service = report.service;
  switch (report.outcome) {
    case Outcome::up_to_date:
      context.progress.done(service, "already up to date");
      break;
    case Outcome::available:
      context.progress.done(service, "an update is available");
      break;
    case Outcome::updated:
      context.progress.done(service, "updated");
      break;
    case Outcome::rolled_back:
      context.progress.failed(service, "rolled back");
      break;
    case Outcome::not_rolled_back:
      context.progress.failed(service, "rollback failed");
      break;
  }
  nlohmann::json fields{{"from", report.from_image_id}, {"to", report.to_image_id}};
  if (report.downtime) fields["downtime_ms"] = report.downtime->count();
  if (report.error)
    operation.failed(*report.error);
  else
    operation.completed(std::move(fields));
}

}  // namespace

Task<UpdateReport> update(Context& context, std::string service, CheckOnly check) {
  BOOST_OUTCOME_CO_TRY(const auto* entry, context.catalog.find(service));
  const bool is_pinned = context.settings.updates.mode == domain::UpdateMode::pinned;
  if (is_pinned && check == CheckOnly::no) co_return pinned(service);
  BOOST_OUTCOME_CO_TRY(auto operation, co_await Operation::begin(context, service, "update"));
  auto report = co_await run_update(context, *entry, check, operation);
  if (report) {
    say(context, report.value(), operation);
    co_return report;
  }
  auto error = with_what(std::move(report).error(), fmt::format("cannot update {}", service));
  error = with_state(std::move(error), "nothing was changed");
  operation.failed(error);
  context.progress.failed(service, error.what);
  co_return error;
}

Task<UpdateReport> rollback(Context& context, std::string service) {
  BOOST_OUTCOME_CO_TRY(const auto* entry, context.catalog.find(service));
  BOOST_OUTCOME_CO_TRY(auto operation, co_await Operation::begin(context, service, "rollback"));
  auto report = co_await run_rollback(context, *entry, operation);
  if (report) {
    say(context, report.value(), operation);
    co_return report;
  }
  auto error = with_what(std::move(report).error(), fmt::format("cannot roll {} back", service));
  error = with_state(std::move(error), "nothing was changed");
  operation.failed(error);
  context.progress.failed(service, error.what);
  co_return error;
}

}  // namespace aistack::operations
