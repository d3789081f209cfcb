#include "operations/backend.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/when_all.hpp"
#include "operations/operation.hpp"
#include "operations/snapshot.hpp"
#include "operations/stack.hpp"
#include "operations/stop.hpp"
#include "operations/ui_binding.hpp"
#include "operations/wait_ready.hpp"

namespace aistack::operations {
namespace {

using Values = ports::SettingsDatabase::Values;

// The UI whose backend is meant, and where its settings lie.
struct Target {
  const CatalogEntry* entry = nullptr;
  ServiceView view;
  domain::PlanSnapshot data;  // the volume that holds them
  std::filesystem::path file;
};

Error cannot(std::string what, ErrorCode code, std::string why, std::string next) {
  Error error{code, std::move(why), std::move(what)};
  if (!next.empty()) error.next = {std::move(next)};
  return error;
}

bool runs(const ServiceView& view) {
  const auto& main = view.main().container;
  return main && is_up(main->state);
}

// The volume of the entry that `spec.volume` means, by key or by name.
std::string volume_name(const CatalogEntry& entry, const std::string& volume) {
  for (const auto& key : entry.project.volume_keys)
    if (key == volume) return compose::volume_spec(entry.project, key).name;
  return volume;
}

Task<Target> locate(Context& context, const CatalogEntry& entry, ServiceView view,
                    std::string operation) {
  const auto& stored = *entry.spec().stored_settings;
  Target target{.entry = &entry, .view = std::move(view)};
  const auto name = volume_name(entry, stored.volume);
  auto data = co_await plan_snapshot(context, name, std::move(operation));
  const auto what = "cannot read the settings of " + entry.name;
  if (!data) co_return with_what(std::move(data).error(), what);
  if (!data.value())
    co_return cannot(what, ErrorCode::kNotFound, fmt::format("the volume {} does not exist", name),
                     "aistack install " + entry.name);
  target.data = std::move(*data.value());
  target.file = std::filesystem::path{target.data.live} / stored.file;
  co_return target;
}

// A UI that stores no settings goes by its environment, which is the administrator's to write.
Error set_by_environment(const std::string& ui, const CatalogEntry* backend) {
  Error error{ErrorCode::kConflict, "it stores no settings: it goes by its environment",
              fmt::format("the backend of {} is not aistack's to change", ui)};
  if (backend == nullptr) return error;
  for (const auto& [name, value] : backend->spec().backend_env)
    error.next.push_back(fmt::format("set {}={}", name, value));
  error.next.push_back(
      fmt::format("in the environment of {0} in /etc/aistack/compose/{0}.override.yaml, then: "
                  "aistack start {0}",
                  ui));
  return error;
}

// `backend`: what it is to be switched to, if anything.
Task<Target> find_ui(Context& context, std::string operation, const CatalogEntry* backend) {
  BOOST_OUTCOME_CO_TRY(const auto containers, co_await context.engine.list_containers({}));
  std::string known;
  std::string without_settings;
  for (const auto& entry : context.catalog.entries()) {
    if (entry.spec().role != domain::Role::ui) continue;
    BOOST_OUTCOME_CO_TRY(auto view, view_of(context, entry, containers));
    if (entry.spec().stored_settings)
      known = entry.name;
    else if (view.has_container())
      without_settings = entry.name;
    if (view.has_container() && entry.spec().stored_settings)
      co_return co_await locate(context, entry, std::move(view), std::move(operation));
  }
  if (!without_settings.empty()) co_return set_by_environment(without_settings, backend);
  co_return cannot("there is no UI whose backend could be shown or changed", ErrorCode::kNotFound,
                   "none is installed", known.empty() ? "" : "aistack install " + known);
}

std::vector<std::string> keys_of(const Values& values) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : values) keys.push_back(key);
  return keys;
}

std::vector<const CatalogEntry*> backends(const Context& context) {
  std::vector<const CatalogEntry*> found;
  for (const auto& entry : context.catalog.entries())
    if (entry.spec().role == domain::Role::backend && !entry.spec().backend_settings.empty())
      found.push_back(&entry);
  return found;
}

Result<bool> has_stored(ports::SettingsDatabase& database, const Target& target,
                        const Values& wanted) {
  BOOST_OUTCOME_TRY(const auto stored, database.read(target.file, keys_of(wanted)));
  if (!stored)
    return cannot(fmt::format("{} has stored no settings yet", target.entry->name),
                  ErrorCode::kConflict,
                  fmt::format("{} has none: its first start makes them", target.file.string()),
                  "aistack start " + target.entry->name);
  return *stored == wanted;
}

Result<std::string> stored_backend(Context& context, ports::SettingsDatabase& database,
                                   const Target& target) {
  for (const auto* entry : backends(context)) {
    BOOST_OUTCOME_TRY(const bool is, has_stored(database, target, entry->spec().backend_settings));
    if (is) return entry->name;
  }
  return std::string{};
}

Result<const CatalogEntry*> find_backend(const Context& context, const std::string& name) {
  BOOST_OUTCOME_TRY(const auto* entry, context.catalog.find(name));
  if (!entry->spec().backend_settings.empty()) return entry;
  std::vector<std::string> names;
  for (const auto* each : backends(context)) names.push_back(each->name);
  return cannot(fmt::format("{} cannot be a backend", name), ErrorCode::kUsage,
                "its x-aistack block has no api.stored_settings",
                "the catalog's backends: " + join(names, ", "));
}

Task<> require_installed(Context& context, const CatalogEntry& backend) {
  BOOST_OUTCOME_CO_TRY(const auto view, co_await view_now(context, backend));
  if (view.has_container()) co_return ok();
  co_return cannot(fmt::format("cannot switch to {}", backend.name), ErrorCode::kNotFound,
                   fmt::format("{} is not installed", backend.name),
                   "aistack install " + backend.name);
}

Task<> start_and_prove(Context& context, ports::SettingsDatabase& database, const Target& target,
                       const Values& wanted, bool was_running) {
  if (was_running) {
    context.progress.step(target.entry->name, "starting");
    for (const auto& part : target.view.containers)
      if (part.container) {
        BOOST_OUTCOME_CO_TRY(co_await context.engine.start_container(part.container->id));
      }
    BOOST_OUTCOME_CO_TRY(co_await wait_ready(context, *target.entry, std::nullopt));
  }
  BOOST_OUTCOME_CO_TRY(const bool kept, has_stored(database, target, wanted));
  if (kept) co_return ok();
  co_return Error{ErrorCode::kNotHealthy, "it has not kept the new settings over its start"};
}

// Everything after the journal was opened; a failure is taken back by the caller.
Task<> carry_out(Context& context, ports::SettingsDatabase& database, const Target& target,
                 const Values& wanted, const UiBinding& binding) {
  context.progress.step(target.entry->name, "stopping");
  BOOST_OUTCOME_CO_TRY(co_await stop_containers(context, target.view));
  BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
  context.progress.step(target.entry->name, "saving its settings");
  BOOST_OUTCOME_CO_TRY(take_snapshots(context, binding.snapshots));
  BOOST_OUTCOME_CO_TRY(database.write(target.file, wanted));
  BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
  co_return co_await start_and_prove(context, database, target, wanted, binding.was_running);
}

Task<> undo_and_prove(Context& context, const Target& target, const UiBinding& binding) {
  BOOST_OUTCOME_CO_TRY(co_await take_back(context, binding));
  if (!binding.was_running) co_return ok();
  BOOST_OUTCOME_CO_TRY(co_await wait_ready(context, *target.entry, std::nullopt));
  co_return ok();
}

Task<BackendReport> run_switch(Context& context, ports::SettingsDatabase& database,
                               const CatalogEntry& backend, Operation& operation) {
  BOOST_OUTCOME_CO_TRY(const auto target, co_await find_ui(context, operation.id(), &backend));
  const auto& wanted = backend.spec().backend_settings;
  BOOST_OUTCOME_CO_TRY(const bool already, has_stored(database, target, wanted));
  BackendReport report{.ui = target.entry->name, .backend = backend.name};
  BOOST_OUTCOME_CO_TRY(report.previous, stored_backend(context, database, target));
  if (already) co_return report;
  UiBinding binding{.ui = report.ui,
                    .backend = backend.name,
                    .previous = report.previous,
                    .status = UiBinding::Status::switching,
                    .was_running = runs(target.view),
                    .since = context.clock.now(),
                    .operation = operation.id(),
                    .snapshots = {target.data}};
  BOOST_OUTCOME_CO_TRY(check_snapshot_space(context, binding.snapshots));
  BOOST_OUTCOME_CO_TRY(write_binding(context, binding));
  auto done = co_await carry_out(context, database, target, wanted, binding);
  if (done) {
    binding.status = UiBinding::Status::bound;
    done = write_binding(context, binding);
  }
  if (done) {
    // Only tidying up is left, which the next command repeats if this one is killed.
    static_cast<void>(co_await shielded(recover_binding(context, report.ui)));
    report.changed = true;
    co_return report;
  }
  context.progress.note(report.ui,
                        fmt::format("the switch failed: {}; going back", done.error().why));
  binding.status = UiBinding::Status::switching;
  const auto undone = co_await shielded(undo_and_prove(context, target, binding));
  report.restored = undone.has_value();
  report.error = std::move(done).error();
  report.error->what = fmt::format("the switch of {} to {} failed", report.ui, backend.name);
  report.error->state = undone ? "its settings are as they were, and it is back"
                               : "going back failed: " + undone.error().why;
  if (!undone) report.error->next = {fmt::format("aistack start {}", report.ui)};
  co_return report;
}

Task<std::string> ui_name(Context& context, const CatalogEntry& backend) {
  BOOST_OUTCOME_CO_TRY(const auto target, co_await find_ui(context, "none", &backend));
  co_return target.entry->name;
}

}  // namespace

Task<BackendReport> show_backend(Context& context, ports::SettingsDatabase& database) {
  BOOST_OUTCOME_CO_TRY(const auto target, co_await find_ui(context, "none", nullptr));
  BackendReport report{.ui = target.entry->name};
  for (const auto* entry : backends(context)) report.candidates.push_back(entry->name);
  BOOST_OUTCOME_CO_TRY(report.backend, stored_backend(context, database, target));
  co_return report;
}

Task<BackendReport> switch_backend(Context& context, ports::SettingsDatabase& database,
                                   std::string backend) {
  BOOST_OUTCOME_CO_TRY(const auto* entry, find_backend(context, backend));
  BOOST_OUTCOME_CO_TRY(co_await require_installed(context, *entry));
  BOOST_OUTCOME_CO_TRY(auto ui, co_await ui_name(context, *entry));
  BOOST_OUTCOME_CO_TRY(auto operation, co_await Operation::begin(context, ui, "backend"));
  auto report = co_await run_switch(context, database, *entry, operation);
  if (!report) {
    auto error =
        with_what(std::move(report).error(), fmt::format("cannot switch {} to {}", ui, backend));
    error = unchanged(std::move(error));
    operation.failed(error);
    co_return error;
  }
  if (report.value().error)
    operation.failed(*report.value().error);
  else
    operation.completed({{"backend", backend}, {"previous", report.value().previous}});
  co_return report;
}

}  // namespace aistack::operations
