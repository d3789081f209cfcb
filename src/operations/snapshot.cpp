#include "operations/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "operations/resources.hpp"

namespace aistack::operations {
namespace {

namespace fs = std::filesystem;

constexpr auto kPartial = ".partial";
constexpr auto kReplaced = ".replaced";

// The directory behind a volume: of one of ours where it is bound to, else where the engine has it.
std::string directory_of(const ports::VolumeDetails& volume) {
  const auto device = volume.options.find("device");
  return device == volume.options.end() ? volume.mountpoint : device->second;
}

}  // namespace

Task<std::vector<domain::PlanSnapshot>> plan_snapshots(Context& context, const CatalogEntry& entry,
                                                       std::string operation) {
  std::vector<domain::PlanSnapshot> snapshots;
  if (!context.engine.local()) {
    Error error{ErrorCode::kConflict,
                "the engine is on another machine, whose volumes cannot be saved from here"};
    error.next = {"run aistack on that machine",
                  "or set snapshot_before_update: false in the service's x-aistack block"};
    co_return error;
  }
  for (const auto& name : own_volumes(entry)) {
    BOOST_OUTCOME_CO_TRY(const auto volume, co_await context.engine.inspect_volume(name));
    if (!volume) continue;
    // Beside the live data, so that both are on one file system and a rename swaps them.
    const fs::path live = directory_of(*volume);
    const auto saved = live.parent_path() / ".aistack-snapshots" / operation / name;
    snapshots.push_back({.volume = name, .live = live.string(), .saved = saved.string()});
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
