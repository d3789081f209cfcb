#include "operations/remove_data.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "operations/model_volumes.hpp"
#include "operations/ownership.hpp"
#include "operations/purge_plan.hpp"
#include "operations/resources.hpp"
#include "operations/snapshot.hpp"
#include "operations/update_journal.hpp"

namespace aistack::operations {
namespace {

namespace fs = std::filesystem;

template <class Range, class Value>
bool contains(const Range& range, const Value& value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

// The engine names the containers that use a volume by id; people know them by name.
Task<> explain_in_use(Context& context, const CatalogEntry& entry, const std::string& volume,
                      Error error) {
  error.what = fmt::format("cannot remove the volume {}", volume);
  error.state =
      fmt::format("the containers of {} are gone, the data of {} is untouched", entry.name, volume);
  BOOST_OUTCOME_CO_TRY(const auto containers, co_await context.engine.list_containers({}));
  for (const auto& container : containers) {
    if (error.why.find(container.id) == std::string::npos) continue;
    error.why = fmt::format("the container {} uses it", container.name);
    error.next = {fmt::format("docker rm -f {}", container.name)};
  }
  error.next.push_back(
      fmt::format("aistack remove {} --purge, once that container is gone", entry.name));
  co_return error;
}

// The copies that updates made of the data are data, too.
Task<> forget_updates(Context& context, const CatalogEntry& entry, RemoveReport& report) {
  BOOST_OUTCOME_CO_TRY(const auto plan, read_plan(context, entry.name));
  if (!plan) co_return ok();
  auto copies = plan->snapshots;
  if (const auto before = domain::proven_before(*plan))
    copies.insert(copies.end(), before->snapshots.begin(), before->snapshots.end());
  for (const auto& copy : copies) {
    BOOST_OUTCOME_CO_TRY(const auto bytes, context.host.tree_bytes(copy.saved));
    report.freed_bytes += bytes;
  }
  BOOST_OUTCOME_CO_TRY(drop_snapshots(context, copies));
  co_return remove_plan(context, entry.name);
}

// The directories that hold the data of one volume and that the engine does not remove with it.
// The name counts only where the engine does not have the volume any more: it may be anybody's.
std::vector<fs::path> directories_of(Context& context, const std::string& name,
                                     const std::optional<ports::VolumeDetails>& volume) {
  std::vector<fs::path> directories;
  if (!context.engine.local()) return directories;
  const auto roots = volume_roots(context);
  if (volume) {
    auto directory = own_directory(*volume, context.catalog, roots);
    if (!directory.empty()) directories.push_back(std::move(directory));
    return directories;
  }
  for (const auto& root : roots) {
    auto directory = root / name;
    if (context.host.exists(directory)) directories.push_back(std::move(directory));
  }
  return directories;
}

// What the engine itself keeps of a volume; nothing where that cannot be seen.
std::uint64_t bytes_at(Context& context, const std::string& mountpoint) {
  if (mountpoint.empty() || !context.engine.local()) return 0;
  const auto bytes = context.host.tree_bytes(mountpoint);
  return bytes ? bytes.value() : 0;
}

Task<> purge_volume(Context& context, const CatalogEntry& entry, std::string name,
                    RemoveReport& report) {
  BOOST_OUTCOME_CO_TRY(const auto volume, co_await context.engine.inspect_volume(name));
  const auto directories = directories_of(context, name, volume);
  std::uint64_t bytes = volume && directories.empty() ? bytes_at(context, volume->mountpoint) : 0;
  for (const auto& directory : directories) {
    BOOST_OUTCOME_CO_TRY(const auto more, context.host.tree_bytes(directory));
    bytes += more;
  }
  if (volume) {
    const auto removed = co_await context.engine.remove_volume(name);
    if (!removed && removed.error().code == ErrorCode::kVolumeInUse)
      co_return co_await explain_in_use(context, entry, name, removed.error());
    BOOST_OUTCOME_CO_TRY(removed);
    report.volumes.push_back(name);
  }
  for (const auto& directory : directories) {
    BOOST_OUTCOME_CO_TRY(context.host.remove_tree(directory));
  }
  report.freed_bytes += bytes;
  co_return ok();
}

// Most went with their containers already.
Task<> purge_anonymous(Context& context, const AnonymousVolume& volume, RemoveReport& report) {
  const auto removed = co_await context.engine.remove_volume(volume.name);
  if (!removed && removed.error().code == ErrorCode::kVolumeInUse) {
    report.kept_volumes.push_back(volume.name);
    context.progress.note(report.service, fmt::format("the volume {} stays: another container "
                                                      "uses it",
                                                      volume.name));
    co_return ok();
  }
  BOOST_OUTCOME_CO_TRY(removed);
  report.volumes.push_back(volume.name);
  report.freed_bytes += volume.bytes;
  co_return ok();
}

Task<> keep_models(Context& context, std::string name, RemoveReport& report) {
  BOOST_OUTCOME_CO_TRY(const auto volume, co_await context.engine.inspect_volume(name));
  std::vector<std::string> commands;
  if (volume) {
    commands.push_back("docker volume rm " + name);
    report.kept_volumes.push_back(name);
  }
  for (const auto& directory : directories_of(context, name, volume))
    commands.push_back("sudo rm -r " + directory.string());
  if (commands.empty()) co_return ok();
  report.kept_models.push_back(std::move(name));
  report.next.push_back(join(commands, " && "));
  co_return ok();
}

// The volumes that these containers mount, each once.
Task<std::vector<ports::Mount>> volume_mounts(
    Context& context, const std::vector<ports::ContainerSummary>& containers) {
  std::vector<ports::Mount> volumes;
  for (const auto& container : containers) {
    // One that the engine cannot inspect must not keep the service from being removed.
    const auto details = co_await context.engine.inspect_container(container.id);
    if (!details && is_fatal(details.error())) co_return details.error();
    if (!details || !details.value()) continue;
    for (const auto& mount : details.value()->mounts) {
      const bool known = std::any_of(volumes.begin(), volumes.end(),
                                     [&](const auto& volume) { return volume.name == mount.name; });
      if (mount.type == "volume" && !known) volumes.push_back(mount);
    }
  }
  co_return volumes;
}

}  // namespace

Task<std::vector<AnonymousVolume>> anonymous_volumes(
    Context& context, const std::vector<ports::ContainerSummary>& containers) {
  BOOST_OUTCOME_CO_TRY(const auto mounts, co_await volume_mounts(context, containers));
  std::vector<AnonymousVolume> volumes;
  for (const auto& mount : mounts)
    if (is_anonymous(mount.name)) volumes.push_back({mount.name, bytes_at(context, mount.source)});
  co_return volumes;
}

Task<std::vector<std::string>> mounted_volumes(
    Context& context, const std::vector<ports::ContainerSummary>& containers) {
  BOOST_OUTCOME_CO_TRY(const auto mounts, co_await volume_mounts(context, containers));
  std::vector<std::string> names;
  for (const auto& mount : mounts) names.push_back(mount.name);
  std::sort(names.begin(), names.end());
  co_return names;
}

Task<> purge_data(Context& context, const CatalogEntry& entry,
                  const std::vector<AnonymousVolume>& anonymous, RemoveReport& report) {
  std::vector<std::string> models;
  if (context.settings.models.keep_cache_on_uninstall) models = model_volumes(entry);
  for (const auto& volume : own_volumes(entry)) {
    if (contains(models, volume)) {
      BOOST_OUTCOME_CO_TRY(co_await keep_models(context, volume, report));
    } else {
      BOOST_OUTCOME_CO_TRY(co_await purge_volume(context, entry, volume, report));
    }
  }
  for (const auto& volume : anonymous) {
    BOOST_OUTCOME_CO_TRY(co_await purge_anonymous(context, volume, report));
  }
  BOOST_OUTCOME_CO_TRY(co_await forget_updates(context, entry, report));
  co_return context.secrets.remove(entry.name);
}

Task<> list_data(Context& context, const CatalogEntry& entry,
                 const std::vector<AnonymousVolume>& anonymous, RemoveReport& report) {
  for (const auto& volume : own_volumes(entry)) {
    BOOST_OUTCOME_CO_TRY(const auto seen, co_await context.engine.inspect_volume(volume));
    if (seen) report.kept_volumes.push_back(volume);
  }
  for (const auto& volume : anonymous) report.kept_volumes.push_back(volume.name);
  co_return ok();
}

}  // namespace aistack::operations
