#include "operations/update.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "operations/pull.hpp"
#include "operations/recover.hpp"
#include "operations/update_job.hpp"

namespace aistack::operations {
namespace {

using domain::UpdatePlan;

Error pinned(const std::string& service) {
  Error error{ErrorCode::kConflict, "updates.mode is pinned"};
  error.what = fmt::format("cannot update {}: versions are pinned", service);
  error.state = kNothingChanged;
  error.next = {"set updates.mode to rolling in /etc/aistack/config.yaml",
                "or change the service's line in versions.lock, then: aistack start " + service};
  return error;
}

// Does it live in the network or process space of a container that is replaced?
bool follows(const UpdateJob& job, const compose::ComposeService& service) {
  const auto shared = compose::shared_services(service);
  return std::any_of(job.changes.begin(), job.changes.end(), [&](const auto& change) {
    return std::find(shared.begin(), shared.end(), change.service->name) != shared.end();
  });
}

// A container, and the image that it is to run.
struct Wanted {
  const ContainerView* part;
  std::string reference;
  std::string image_id;
  bool is_new() const { return image_id != part->container->image_id; }
};

// Pulls what the containers are to run.
Task<std::vector<Wanted>> pull_all(UpdateJob& job, const ServiceView& view) {
  std::vector<Wanted> all;
  for (const auto& part : view.containers) {
    if (!part.container) continue;
    const auto reference = effective_image(job.context, *job.entry, *part.service);
    WantedImage wanted{reference, part.service->platform};
    BOOST_OUTCOME_CO_TRY(
        const auto image,
        co_await ensure_image(job.context, job.entry->name, std::move(wanted), PullPolicy::always));
    note_container(job, part);
    all.push_back({&part, reference, image.id});
  }
  co_return all;
}

// Those whose image did not change drop out; but where volumes are saved none does, since each has
// to be stopped meanwhile and to be brought back with the others.
void choose_changes(UpdateJob& job, const std::vector<Wanted>& all) {
  const bool any_new =
      std::any_of(all.begin(), all.end(), [](auto& each) { return each.is_new(); });
  const bool every = any_new && job.entry->spec().snapshot_before_update;
  for (const auto& each : all)
    if (every || each.is_new() || follows(job, *each.part->service))
      change_image(job, *each.part, each.reference, each.image_id);
}

std::string holder(const Context& context, const CatalogEntry& entry) {
  return context.versions.reference(entry.name) ? context.paths.versions_lock.string() : "";
}

Task<UpdateReport> ask_registry(Context& context, const CatalogEntry& entry) {
  UpdateReport report{.service = entry.name, .held_by = holder(context, entry)};
  BOOST_OUTCOME_CO_TRY(const auto recovered, co_await recover_all(context));
  BOOST_OUTCOME_CO_TRY(const auto view, view_of(context, entry, recovered.containers));
  if (!view.has_container()) co_return no_container(entry.name);
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
    report.to_digest = digest;
    if (image && std::any_of(image->digests.begin(), image->digests.end(), has)) continue;
    report.outcome = UpdateReport::Outcome::available;
    co_return report;
  }
  co_return report;
}

// Only looks, as `status` does: no lock, and no event.
Task<UpdateReport> check_only(Context& context, const CatalogEntry& entry) {
  auto report = co_await ask_registry(context, entry);
  if (report) {
    announce(context, report.value());
    co_return report;
  }
  auto error = with_what(std::move(report).error(), fmt::format("cannot check {}", entry.name));
  error = unchanged(std::move(error));
  context.progress.failed(entry.name, error.what);
  co_return error;
}

Task<UpdateReport> run_update(Context& context, const CatalogEntry& entry, Operation& operation) {
  ServiceView view;
  BOOST_OUTCOME_CO_TRY(auto job,
                       co_await begin_job(context, entry, UpdatePlan::Kind::update, view));
  BOOST_OUTCOME_CO_TRY(const auto all, co_await pull_all(job, view));
  choose_changes(job, all);
  if (job.changes.empty()) {
    const auto& main = view.main().container;
    UpdateReport report{.service = entry.name,
                        .from_image = main ? main->image : "",
                        .from_image_id = main ? main->image_id : "",
                        .held_by = holder(context, entry)};
    co_return report;
  }
  co_return co_await run_job(job, entry.spec().snapshot_before_update, operation);
}

}  // namespace

Task<UpdateReport> update(Context& context, std::string service, CheckOnly check) {
  BOOST_OUTCOME_CO_TRY(const auto* entry, context.catalog.find(service));
  if (check == CheckOnly::yes) co_return co_await check_only(context, *entry);
  if (context.settings.updates.mode == domain::UpdateMode::pinned) co_return pinned(service);
  BOOST_OUTCOME_CO_TRY(auto operation, co_await Operation::begin(context, service, "update"));
  auto report = co_await run_update(context, *entry, operation);
  co_return conclude(context, std::move(report), service, "cannot update " + service, operation);
}

}  // namespace aistack::operations
