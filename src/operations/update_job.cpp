#include "operations/update_job.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/when_all.hpp"
#include "operations/old_images.hpp"
#include "operations/recover.hpp"
#include "operations/resources.hpp"
#include "operations/snapshot.hpp"
#include "operations/update_steps.hpp"
#include "operations/wait_ready.hpp"

namespace aistack::operations {
namespace {

using domain::UpdatePlan;
using Outcome = UpdateReport::Outcome;

constexpr std::chrono::seconds kEngineIsBackWithin{60};
// A failure may be that of an engine that goes away, or stay.
constexpr std::chrono::seconds kFailuresPassWithin{15};
constexpr std::chrono::milliseconds kLookForEngineEvery{250};

Task<> prove(const UpdateJob& job) {
  BOOST_OUTCOME_CO_TRY(co_await wait_ready(job.context, *job.entry, std::nullopt));
  co_return ok();
}

UpdateReport report_of(const UpdateJob& job, Outcome outcome, const UpdatePlan& plan) {
  const auto& member = job.changes.front().member;
  UpdateReport report{.service = job.entry->name,
                      .outcome = outcome,
                      .from_image = member.from_image,
                      .to_image = member.to_image,
                      .from_image_id = member.from_image_id,
                      .to_image_id = member.to_image_id};
  report.rollback = job.kind == UpdatePlan::Kind::rollback;
  if (report.rollback) report.to_image = earlier_image(job, member.compose_service);
  if (plan.downtime_ms) report.downtime = std::chrono::milliseconds{*plan.downtime_ms};
  return report;
}

Task<> undo_and_prove(UpdateJob& job, UpdateJournal& journal) {
  BOOST_OUTCOME_CO_TRY(co_await roll_back(job.context, journal));
  if (!job.was_running()) co_return ok();
  job.context.progress.step(job.entry->name, "waiting for the previous version to be green");
  co_return co_await prove(job);
}

// An engine that is restarted serves on for a while, fails, goes, and is back soon.
Task<> undo_patiently(UpdateJob& job, UpdateJournal& journal) {
  const auto begin = job.context.clock.steady_now();
  while (true) {
    auto done = co_await undo_and_prove(job, journal);
    if (done) co_return done;
    const auto code = done.error().code;
    std::chrono::seconds patience{0};
    if (lost_engine(code)) patience = kEngineIsBackWithin;
    if (code == ErrorCode::kEngineFailed) patience = kFailuresPassWithin;
    if (job.context.clock.steady_now() - begin >= patience) co_return done;
    job.context.progress.step(job.entry->name, "waiting for the engine, to roll back");
    BOOST_OUTCOME_CO_TRY(co_await job.context.clock.sleep(kLookForEngineEvery));
  }
}

const char* verb(const UpdateJob& job) {
  return job.kind == UpdatePlan::Kind::rollback ? "rollback" : "update";
}

std::vector<std::string> advice(const UpdateJob& job, ErrorCode code) {
  const auto& name = job.entry->name;
  const auto again = fmt::format("aistack {} {}   (tries it again)", verb(job), name);
  if (code == ErrorCode::kDiskFull) return {"df -h   (make space on that disk)", again};
  if (job.kind == UpdatePlan::Kind::rollback || code == ErrorCode::kInterrupted) return {again};
  const bool locked = job.context.versions.reference(name).has_value();
  return {again, fmt::format("or name another version in {}",
                             locked ? "versions.lock" : job.entry->files.back().string())};
}

// What to say when not even the old version could be brought back, or is not what it was.
Error not_undone(const UpdateJob& job, const UpdatePlan& plan, Error error, const Error& undoing) {
  const auto& name = job.entry->name;
  if (plan.status == UpdatePlan::Status::rolled_back && undoing.code == ErrorCode::kNotFound) {
    error.state = "the new version is gone and the data are as they were, but " + undoing.why;
    error.next = {fmt::format("aistack start {}   (makes it anew, of the version before)", name)};
  } else if (plan.status == UpdatePlan::Status::rolled_back) {
    error.state = "the previous version is back, but it is not green: " + undoing.why;
    error.next = {fmt::format("aistack logs {} 50", name), fmt::format("aistack repair {}", name)};
  } else {
    error.state = "rollback failed: " + undoing.why;
    error.next = {fmt::format("aistack status   (finishes the rollback of {})", name)};
  }
  return error;
}

Task<UpdateReport> undo(UpdateJob& job, UpdateJournal& journal, Error error, Operation& operation) {
  journal.plan().reason = error.why;
  const bool interrupted = error.code == ErrorCode::kInterrupted;
  // The lines that the container wrote last come with the error itself.
  job.context.progress.note(
      job.entry->name,
      fmt::format("{}{}; rolling back", interrupted ? "" : "the new version failed: ",
                  error.why.substr(0, error.why.find('\n'))));
  const auto undone = co_await shielded(undo_patiently(job, journal));
  auto report =
      report_of(job, undone ? Outcome::rolled_back : Outcome::not_rolled_back, journal.plan());
  error.what = fmt::format("the {} of {} {}", verb(job), job.entry->name,
                           interrupted ? "was interrupted" : "failed");
  error.next = advice(job, error.code);
  if (undone) {
    error.state = "rollback done: the previous version is back and its data are as they were";
    operation.event("rolled_back",
                    {{"message", "rollback: the previous version is back"}, {"reason", error.why}});
  } else {
    error = not_undone(job, journal.plan(), std::move(error), undone.error());
    operation.event("rollback_failed", {{"message", error.state}, {"reason", undone.error().why}});
  }
  report.error = std::move(error);
  co_return report;
}

// The trial failed. The volumes' copies of the update before this one are still good.
Task<UpdateReport> abandon(UpdateJob& job, UpdateJournal& journal, Error error) {
  journal.plan().reason = error.why;
  // A plan that stays open is taken back by the next command, and the trial's container with it.
  const auto cleared = co_await shielded(remove_trials(job));
  if (!cleared) {
    static_cast<void>(journal.save());
    error.state =
        "the running version goes on; the next command removes the container of the trial";
    co_return error;
  }
  static_cast<void>(journal.close(UpdatePlan::Status::abandoned));
  co_return with_state(std::move(error), "nothing was changed: the running version goes on");
}

Task<UpdateReport> carry_out(UpdateJob& job, UpdatePlan plan, Operation& operation) {
  const auto& before = job.before;
  choose_kept_images(plan, before, job.context.settings.updates.keep_images);
  if (before) {
    plan.proven = domain::to_json(*before);
    plan.proven.erase("proven");
  }
  UpdateJournal journal{job.context, std::move(plan)};
  BOOST_OUTCOME_CO_TRY(journal.save());
  if (job.failed)
    static_cast<void>(co_await drop_failed_images(job.context, *job.failed, journal.plan()));
  auto staged = co_await stage_all(job, journal);
  if (!staged) co_return co_await abandon(job, journal, std::move(staged).error());
  auto exchanged = co_await exchange(job, journal);
  if (!exchanged) co_return co_await undo(job, journal, std::move(exchanged).error(), operation);
  // Here the decision falls: a plan that says "committed" is never rolled back.
  const auto committed = journal.close(UpdatePlan::Status::committed);
  if (!committed) co_return co_await undo(job, journal, committed.error(), operation);
  const auto cleaned = co_await shielded(clean_up(job.context, journal));
  if (!cleaned) {
    job.context.progress.note(job.entry->name,
                              "updated; the next command removes the old container, which could "
                              "not be done now: " +
                                  cleaned.error().why);
    co_return report_of(job, Outcome::updated, journal.plan());
  }
  co_return report_of(job, Outcome::updated, journal.plan());
}

UpdatePlan plan_of(const UpdateJob& job, const Operation& operation) {
  UpdatePlan plan{.service = job.entry->name,
                  .operation = operation.id(),
                  .kind = job.kind,
                  .started = job.context.clock.now()};
  for (const auto& change : job.changes) plan.members.push_back(change.member);
  return plan;
}

// Somebody else's container with our name, or a taken port, is found before anything is stopped. A
// service that is not running needs no port now.
Task<> check_the_way(UpdateJob& job) {
  // A pull takes its time: what was seen before it is old.
  BOOST_OUTCOME_CO_TRY(job.facts.containers, co_await job.context.engine.list_containers({}));
  auto checked = preflight(job.context, *job.entry, job.facts.containers);
  if (checked) co_return ok();
  auto error = std::move(checked).error();
  if (error.code == ErrorCode::kPortInUse && !job.was_running()) co_return ok();
  if (error.code == ErrorCode::kNameInUse) error.what.clear();  // speaks of an installation
  co_return error;
}

// Makes the secrets that the service lacks. Its file reads them, so it is read again then.
Result<> make_secrets(UpdateJob& job) {
  const auto& wanted = job.entry->spec().secrets;
  if (wanted.empty()) return ok();
  const auto name = job.entry->name;
  BOOST_OUTCOME_TRY(const bool made, job.context.secrets.ensure(name, wanted));
  if (!made) return ok();
  BOOST_OUTCOME_TRY(job.context.reload_catalog());
  BOOST_OUTCOME_TRY(job.entry, job.context.catalog.find(name));
  const auto& services = job.entry->project.services;
  for (auto& change : job.changes) {
    const auto found = std::find_if(services.begin(), services.end(), [&](const auto& each) {
      return each.name == change.member.compose_service;
    });
    if (found == services.end())
      return Error{ErrorCode::kConflict, "its file was changed meanwhile"};
    change.service = &*found;
  }
  return ok();
}

Task<UpdateReport> plan_and_carry_out(UpdateJob& job, bool snapshots, Operation& operation) {
  BOOST_OUTCOME_CO_TRY(co_await fill_specs(job));
  auto plan = plan_of(job, operation);
  if (snapshots) {
    BOOST_OUTCOME_CO_TRY(plan.snapshots,
                         co_await plan_snapshots(job.context, *job.entry, operation.id()));
    BOOST_OUTCOME_CO_TRY(check_snapshot_space(job.context, plan.snapshots));
  }
  co_return co_await carry_out(job, std::move(plan), operation);
}

}  // namespace

std::string earlier_image(const UpdateJob& job, const std::string& compose_service) {
  if (!job.before) return "";
  for (const auto& member : job.before->members)
    if (member.compose_service == compose_service) return member.from_image;
  return "";
}

Error no_container(const std::string& service) {
  auto error = not_installed(service);
  error.why = "it has no container";
  return error;
}

void announce(Context& context, const UpdateReport& report) {
  const auto& service = report.service;
  switch (report.outcome) {
    case Outcome::up_to_date:
      context.progress.done(service, "already up to date");
      break;
    case Outcome::available:
      context.progress.done(service, "an update is available");
      break;
    case Outcome::updated:
      context.progress.done(service, report.rollback ? "back at the version before" : "updated");
      break;
    case Outcome::rolled_back:
      context.progress.failed(service, "rolled back");
      break;
    case Outcome::not_rolled_back:
      context.progress.failed(service, "rollback failed");
      break;
  }
}

Task<UpdateJob> begin_job(Context& context, const CatalogEntry& entry, UpdatePlan::Kind kind,
                          ServiceView& view) {
  const std::vector<const CatalogEntry*> entries{&entry};
  BOOST_OUTCOME_CO_TRY(auto facts, co_await engine_facts(context, entries));
  BOOST_OUTCOME_CO_TRY(co_await settle_interrupted(context, entries, facts.containers));
  BOOST_OUTCOME_CO_TRY(view, view_of(context, entry, facts.containers));
  if (!view.has_container()) co_return no_container(entry.name);
  BOOST_OUTCOME_CO_TRY(const auto recorded, read_plan(context, entry.name));
  UpdateJob job{.context = context, .entry = &entry, .kind = kind, .facts = std::move(facts)};
  job.before = domain::last_finished(recorded);
  if (recorded && recorded->came_to_nothing()) job.failed = recorded;
  co_return job;
}

void note_container(UpdateJob& job, const ContainerView& part) {
  if (is_up(part.container->state)) job.running.insert(part.service->name);
  job.containers[part.service->name] = part.container->id;
}

void change_image(UpdateJob& job, const ContainerView& part, const std::string& to_image,
                  const std::string& to_image_id) {
  const auto& running = *part.container;
  job.changes.push_back({.service = part.service,
                         .running = running,
                         .member = {.compose_service = part.service->name,
                                    .container = part.service->container_name,
                                    .from_image = running.image,
                                    .from_image_id = running.image_id,
                                    .to_image = to_image,
                                    .to_image_id = to_image_id,
                                    .was_running = is_up(running.state)}});
}

Task<UpdateReport> run_job(UpdateJob& job, bool snapshots, Operation& operation) {
  BOOST_OUTCOME_CO_TRY(co_await check_the_way(job));
  BOOST_OUTCOME_CO_TRY(make_secrets(job));
  BOOST_OUTCOME_CO_TRY(auto volumes,
                       co_await ensure_resources(job.context, *job.entry, job.facts.volumes_root));
  auto report = co_await plan_and_carry_out(job, snapshots, operation);
  // New volumes are of no use to the old version.
  if (!report || report.value().outcome == Outcome::rolled_back)
    static_cast<void>(co_await shielded(undo_volumes(job.context, std::move(volumes))));
  co_return report;
}

Result<UpdateReport> conclude(Context& context, Result<UpdateReport> report,
                              const std::string& service, const std::string& cannot,
                              Operation& operation) {
  if (report) {
    const auto& done = report.value();
    announce(context, done);
    nlohmann::json fields{{"from", done.from_image_id}, {"to", done.to_image_id}};
    if (done.downtime) fields["downtime_ms"] = done.downtime->count();
    if (done.error)
      operation.failed(*done.error);
    else
      operation.completed(std::move(fields));
    return report;
  }
  auto error = with_what(std::move(report).error(), cannot);
  error = unchanged(std::move(error));
  operation.failed(error);
  context.progress.failed(service, error.what);
  return error;
}

}  // namespace aistack::operations
