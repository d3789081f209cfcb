#include "operations/update_steps.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/when_all.hpp"
#include "operations/carry_over.hpp"
#include "operations/dependencies.hpp"
#include "operations/labels.hpp"
#include "operations/leftovers.hpp"
#include "operations/removal.hpp"
#include "operations/snapshot.hpp"
#include "operations/soak.hpp"
#include "operations/stage.hpp"
#include "operations/stop.hpp"
#include "operations/swap.hpp"
#include "operations/wait_ready.hpp"

namespace aistack::operations {
namespace {

using domain::UpdatePlan;

// The engine is told the reference, as the file has it, while that means the image that was
// decided on, and else the image's id: a tag may have moved meanwhile, or be gone back over.
Task<> fill_spec(UpdateJob& job, Change& change) {
  const auto& member = change.member;
  const ImageChoice image{member.to_image, member.to_image_id};
  change.spec = container_for(*job.entry, *change.service, image,
                              change.service->gpu && !job.facts.gpu, job.containers);
  BOOST_OUTCOME_CO_TRY(
      co_await name_image(job.context, change.spec, member.to_image, member.to_image_id));
  co_return co_await carry_anonymous_volumes(job.context, change.running.id, change.spec);
}

// A container of the image that was decided on, even when somebody gives its tag to another image
// at this very moment. Gives the id.
Task<std::string> create_from(Context& context, domain::ContainerSpec spec, std::string image_id) {
  auto& engine = context.engine;
  BOOST_OUTCOME_CO_TRY(auto id, co_await engine.create_container(spec));
  BOOST_OUTCOME_CO_TRY(const auto made, co_await engine.inspect_container(id));
  if (made && made->image_id == image_id) co_return id;
  BOOST_OUTCOME_CO_TRY(co_await engine.remove_container(spec.name, kWithItsVolumes));
  spec.config["Image"] = image_id;
  co_return co_await engine.create_container(std::move(spec));
}

Task<> create_next(UpdateJob& job, Change& change) {
  // The tag may have moved while the version was tried; and one that shares another's network names
  // it by id, which may have been made just now.
  BOOST_OUTCOME_CO_TRY(co_await fill_spec(job, change));
  auto spec = change.spec;
  spec.name = next_name(spec.name);
  sign(job.context, spec);
  if (job.kind == UpdatePlan::Kind::rollback)
    spec.config["Labels"][kRunsLabel] = earlier_image(job, change.member.compose_service);
  BOOST_OUTCOME_CO_TRY(co_await job.context.engine.remove_container(spec.name, kKeepItsVolumes));
  BOOST_OUTCOME_CO_TRY(
      auto id, co_await create_from(job.context, std::move(spec), change.member.to_image_id));
  job.containers[change.service->name] = std::move(id);
  co_return ok();
}

Task<> save_volumes(const UpdateJob& job, const UpdatePlan& plan) {
  if (job.kind == UpdatePlan::Kind::rollback)
    co_return exchange_data(job.context, plan.snapshots, job.saved_data);
  co_return take_snapshots(job.context, plan.snapshots);
}

// From here on a paused container is one that runs: Podman would not stop it, and no engine start
// it.
Task<> resume(UpdateJob& job, UpdateJournal& journal) {
  for (const auto& change : job.changes) {
    if (change.running.state != ports::ContainerState::paused) continue;
    BOOST_OUTCOME_CO_TRY(co_await journal.step(
        "resume " + change.running.name, job.context.engine.unpause_container(change.running.id)));
  }
  co_return ok();
}

// Where "container_name" was edited, the running container is called so first: everything that
// exchanges containers, finds them and puts them back goes by that name.
Task<> adopt_names(UpdateJob& job, UpdateJournal& journal) {
  for (const auto& change : job.changes) {
    const auto& name = change.member.container;
    if (change.running.name == name) continue;
    BOOST_OUTCOME_CO_TRY(
        co_await journal.step(fmt::format("rename {} to {}", change.running.name, name),
                              job.context.engine.rename_container(change.running.id, name)));
  }
  co_return ok();
}

Task<> create_all(UpdateJob& job, UpdateJournal& journal) {
  for (auto& change : job.changes) {
    BOOST_OUTCOME_CO_TRY(co_await journal.step("create the new " + change.member.container,
                                               create_next(job, change)));
  }
  co_return ok();
}

Task<> stop_all(UpdateJob& job, UpdateJournal& journal) {
  for (auto change = job.changes.rbegin(); change != job.changes.rend(); ++change)
    if (change->member.was_running) {
      BOOST_OUTCOME_CO_TRY(co_await journal.step(
          "stop " + change->member.container, stop_fully(job.context, change->member.container)));
    }
  co_return ok();
}

Task<> exchange_names(UpdateJob& job, UpdateJournal& journal) {
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

using Condition = compose::Dependency::Condition;

// What ran before, and what must have done its work before that may start: a migration, which ended
// long ago, is for the new version to do again.
std::set<std::string> to_be_started(const UpdateJob& job) {
  std::set<std::string> names;
  for (auto change = job.changes.rbegin(); change != job.changes.rend(); ++change) {
    const auto& service = *change->service;
    if (!change->member.was_running && !names.contains(service.name)) continue;
    names.insert(service.name);
    for (const auto& dependency : service.depends_on)
      if (dependency.condition == Condition::completed) names.insert(dependency.service);
  }
  return names;
}

// What was down before is not waited for: the old version did without it.
Task<> wait_for_those(UpdateJob& job, UpdateJournal& journal, const Change& change,
                      const std::set<std::string>& up) {
  auto service = *change.service;
  std::erase_if(service.depends_on, [&](const auto& dependency) {
    return dependency.condition == Condition::started || !up.contains(dependency.service);
  });
  if (service.depends_on.empty()) co_return ok();
  co_return co_await journal.step(
      fmt::format("wait for what {} depends on", change.member.container),
      wait_for_dependencies(job.context, *job.entry, service, std::nullopt));
}

Task<> start_all(UpdateJob& job, UpdateJournal& journal) {
  const auto wanted = to_be_started(job);
  auto up = job.running;
  for (const auto& change : job.changes) {
    if (!wanted.contains(change.service->name)) continue;
    BOOST_OUTCOME_CO_TRY(co_await wait_for_those(job, journal, change, up));
    BOOST_OUTCOME_CO_TRY(
        co_await journal.step(domain::kStartNewStep + change.member.container,
                              job.context.engine.start_container(change.member.container)));
    up.insert(change.service->name);
  }
  co_return ok();
}

Task<> become_green(Context& context, const CatalogEntry& entry) {
  BOOST_OUTCOME_CO_TRY(co_await wait_ready(context, entry, std::nullopt));
  co_return ok();
}

}  // namespace

Task<> fill_specs(UpdateJob& job) {
  for (auto& change : job.changes) {
    BOOST_OUTCOME_CO_TRY(co_await fill_spec(job, change));
  }
  co_return ok();
}

Task<> remove_trials(UpdateJob& job) {
  for (const auto& change : job.changes) {
    BOOST_OUTCOME_CO_TRY(co_await job.context.engine.remove_container(
        stage_name(change.member.container), kWithItsVolumes));
  }
  co_return ok();
}

Task<> stage_all(UpdateJob& job, UpdateJournal& journal) {
  if (job.kind == UpdatePlan::Kind::rollback || !job.context.settings.updates.stage) co_return ok();
  for (const auto& change : job.changes) {
    // Only the main one can be asked whether it works; side containers need it to be there.
    if (change.service->name != job.entry->spec().main) continue;
    BOOST_OUTCOME_CO_TRY(const auto obstacle,
                         co_await why_not_staged(job.context, *job.entry, change.spec));
    if (obstacle) {
      job.context.progress.note(
          job.entry->name,
          fmt::format("not tried beforehand, {}: the watch after its start is what proves it",
                      *obstacle));
      continue;
    }
    auto staged = stage_spec(change.spec, job.entry->name);
    BOOST_OUTCOME_CO_TRY(co_await journal.step("try the new version",
                                               stage(job.context, *job.entry, std::move(staged))));
  }
  co_return ok();
}

// From the first change on: whatever fails here is rolled back.
Task<> exchange(UpdateJob& job, UpdateJournal& journal) {
  auto& context = job.context;
  BOOST_OUTCOME_CO_TRY(co_await resume(job, journal));
  BOOST_OUTCOME_CO_TRY(co_await adopt_names(job, journal));
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
  BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
  if (!job.was_running()) co_return ok();
  BOOST_OUTCOME_CO_TRY(co_await journal.step("wait for green", become_green(context, *job.entry)));
  journal.plan().downtime_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(context.clock.steady_now() - stopped_at)
          .count();
  co_return co_await journal.step("watch it",
                                  soak(context, *job.entry, context.settings.updates.soak));
}

}  // namespace aistack::operations
