#include <fmt/format.h>

#include "operations/update.hpp"
#include "operations/update_job.hpp"

namespace aistack::operations {
namespace {

using domain::UpdatePlan;

Error nothing_recorded(const std::string& service, std::string why) {
  Error error{ErrorCode::kNotFound, std::move(why)};
  error.what = fmt::format("cannot roll {} back", service);
  error.state = kNothingChanged;
  error.next = {"name the version in versions.lock, then: aistack start " + service};
  return error;
}

// Going back from there would go forward, to the version that somebody wanted to be rid of.
Error rolled_back_already(const std::string& service) {
  auto error = nothing_recorded(service, "it is at the version before its last update already");
  error.next = {fmt::format("aistack update {}   (tries the newer version again)", service)};
  return error;
}

// Every container that the last update changed gets its older image.
Task<> find_older_images(UpdateJob& job, const ServiceView& view) {
  for (const auto& part : view.containers) {
    if (!part.container) continue;
    note_container(job, part);
    for (const auto& member : job.before->members) {
      if (member.compose_service != part.service->name) continue;
      if (part.container->image_id != member.to_image_id)
        co_return nothing_recorded(job.entry->name, "what runs is not what the last update put in");
      BOOST_OUTCOME_CO_TRY(const auto image,
                           co_await job.context.engine.inspect_image(member.from_image_id));
      if (!image)
        co_return nothing_recorded(job.entry->name,
                                   "the engine no longer has the image " + member.from_image_id);
      change_image(job, part, effective_image(job.context, *job.entry, *part.service),
                   member.from_image_id);
    }
  }
  co_return ok();
}

// The older image and, before it starts, the data that the update had saved.
Task<UpdateReport> run_rollback(Context& context, const CatalogEntry& entry, Operation& operation) {
  ServiceView view;
  BOOST_OUTCOME_CO_TRY(auto job,
                       co_await begin_job(context, entry, UpdatePlan::Kind::rollback, view));
  if (!job.before) co_return nothing_recorded(entry.name, "no finished update is recorded");
  if (job.before->kind == UpdatePlan::Kind::rollback) co_return rolled_back_already(entry.name);
  if (view.record && view.record->installed_at > job.before->started)
    co_return nothing_recorded(entry.name, "it was installed anew since its last update");
  for (const auto& snapshot : job.before->snapshots)
    if (!context.host.exists(snapshot.saved))
      co_return nothing_recorded(entry.name, "the data saved then are gone: " + snapshot.saved);
  BOOST_OUTCOME_CO_TRY(co_await find_older_images(job, view));
  if (job.changes.empty()) co_return nothing_recorded(entry.name, "it has no container");
  job.saved_data = job.before->snapshots;
  const bool snapshots = !job.saved_data.empty();
  co_return co_await run_job(job, snapshots, operation);
}

}  // namespace

Task<UpdateReport> rollback(Context& context, std::string service) {
  BOOST_OUTCOME_CO_TRY(const auto* entry, context.catalog.find(service));
  BOOST_OUTCOME_CO_TRY(auto operation, co_await Operation::begin(context, service, "rollback"));
  auto report = co_await run_rollback(context, *entry, operation);
  co_return conclude(context, std::move(report), service,
                     fmt::format("cannot roll {} back", service), operation);
}

}  // namespace aistack::operations
