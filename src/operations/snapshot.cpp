#include "operations/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "operations/ownership.hpp"
#include "operations/resources.hpp"

namespace aistack::operations {
namespace {

namespace fs = std::filesystem;

constexpr auto kPartial = ".partial";
constexpr auto kReplaced = ".replaced";

std::string option_of(const ports::VolumeDetails& volume, const char* name) {
  const auto found = volume.options.find(name);
  return found == volume.options.end() ? "" : found->second;
}

// The directory that holds a volume's data while no container uses it: the one that it is bound to,
// else where the engine has it. Absent: what holds them (NFS, a disk, whatever a plug-in does) is
// mounted for the containers that use it, and else the engine's directory is empty.
std::optional<fs::path> directory_of(const ports::VolumeDetails& volume) {
  if (volume.driver != "local") return std::nullopt;
  if (auto directory = bind_source(volume); !directory.empty()) return directory;
  if (!option_of(volume, "device").empty() || !option_of(volume, "type").empty())
    return std::nullopt;
  const fs::path directory = volume.mountpoint;
  if (!directory.is_absolute()) return std::nullopt;
  return directory;
}

std::string kind_of(const ports::VolumeDetails& volume) {
  const auto type = option_of(volume, "type");
  return type.empty() ? "driver " + volume.driver : "type " + type;
}

Error without_a_copy(Error error) {
  const auto* word = error.next.empty() ? "" : "or ";
  return with_next(
      std::move(error),
      fmt::format("{}set snapshot_before_update: false in the service's x-aistack block", word));
}

}  // namespace

Task<std::optional<domain::PlanSnapshot>> plan_snapshot(Context& context, std::string volume,
                                                        std::string operation) {
  std::optional<domain::PlanSnapshot> snapshot;
  if (!context.engine.local()) {
    Error error{ErrorCode::kConflict,
                "the engine is on another machine, whose volumes cannot be saved from here"};
    error.next = {"run aistack on that machine"};
    co_return error;
  }
  BOOST_OUTCOME_CO_TRY(const auto found, co_await context.engine.inspect_volume(volume));
  if (!found) co_return snapshot;
  const auto live = directory_of(*found);
  if (!live)
    co_return Error{ErrorCode::kConflict,
                    fmt::format("the volume {} ({}) is mounted only while a container uses it, so "
                                "it cannot be saved while the service is stopped",
                                volume, kind_of(*found))};
  // Beside the live data, so that both are on one file system and a rename swaps them.
  const auto saved = live->parent_path() / ".aistack-snapshots" / operation / volume;
  snapshot.emplace(domain::PlanSnapshot{volume, live->string(), saved.string()});
  co_return snapshot;
}

Task<std::vector<domain::PlanSnapshot>> plan_snapshots(Context& context, const CatalogEntry& entry,
                                                       std::string operation) {
  std::vector<domain::PlanSnapshot> snapshots;
  for (const auto& name : own_volumes(entry)) {
    auto snapshot = co_await plan_snapshot(context, name, operation);
    if (!snapshot && snapshot.error().code == ErrorCode::kConflict)
      co_return without_a_copy(std::move(snapshot).error());
    if (!snapshot) co_return snapshot.error();
    if (snapshot.value()) snapshots.push_back(std::move(*snapshot.value()));
  }
  co_return snapshots;
}

Result<> check_snapshot_space(Context& context,
                              const std::vector<domain::PlanSnapshot>& snapshots) {
  std::uint64_t needed = 0;
  for (const auto& snapshot : snapshots) {
    BOOST_OUTCOME_TRY(const auto bytes, context.host.tree_bytes(snapshot.live));
    needed += bytes;
  }
  if (snapshots.empty()) return ok();
  BOOST_OUTCOME_TRY(const auto space, context.host.disk_space(snapshots.front().live));
  if (space.free_bytes > needed) return ok();
  Error error{ErrorCode::kDiskFull,
              fmt::format("a copy of the volumes takes {}, and {} are free", human_bytes(needed),
                          human_bytes(space.free_bytes))};
  error.next = {"docker image prune", "or delete models that nobody uses"};
  return error;
}

Result<> take_snapshots(Context& context, const std::vector<domain::PlanSnapshot>& snapshots) {
  for (const auto& snapshot : snapshots) {
    const fs::path saved = snapshot.saved;
    BOOST_OUTCOME_TRY(context.host.make_directory(saved.parent_path()));
    BOOST_OUTCOME_TRY(context.host.copy_tree(snapshot.live, snapshot.saved + kPartial));
    BOOST_OUTCOME_TRY(context.host.rename_path(snapshot.saved + kPartial, saved));
  }
  return ok();
}

Result<> exchange_data(Context& context, const std::vector<domain::PlanSnapshot>& snapshots,
                       const std::vector<domain::PlanSnapshot>& older) {
  for (const auto& snapshot : snapshots) {
    const auto source = std::find_if(older.begin(), older.end(), [&](const auto& each) {
      return each.volume == snapshot.volume;
    });
    if (source == older.end() || !context.host.exists(source->saved)) continue;
    const fs::path saved = snapshot.saved;
    BOOST_OUTCOME_TRY(context.host.make_directory(saved.parent_path()));
    BOOST_OUTCOME_TRY(context.host.copy_tree(source->saved, snapshot.saved + kPartial));
    BOOST_OUTCOME_TRY(context.host.rename_path(snapshot.live, saved));
    BOOST_OUTCOME_TRY(context.host.rename_path(snapshot.saved + kPartial, snapshot.live));
  }
  return ok();
}

Result<> restore_snapshots(Context& context, const std::vector<domain::PlanSnapshot>& snapshots) {
  for (const auto& snapshot : snapshots) {
    if (context.host.exists(snapshot.saved)) {
      const auto replaced = snapshot.saved + kReplaced;
      if (context.host.exists(snapshot.live)) {
        BOOST_OUTCOME_TRY(context.host.remove_tree(replaced));
        BOOST_OUTCOME_TRY(context.host.rename_path(snapshot.live, replaced));
      }
      BOOST_OUTCOME_TRY(context.host.rename_path(snapshot.saved, snapshot.live));
    }
  }
  return drop_snapshots(context, snapshots);
}

Result<> drop_snapshots(Context& context, const std::vector<domain::PlanSnapshot>& snapshots) {
  for (const auto& snapshot : snapshots) {
    BOOST_OUTCOME_TRY(context.host.remove_tree(fs::path{snapshot.saved}.parent_path()));
  }
  return ok();
}

}  // namespace aistack::operations
