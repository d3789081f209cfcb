#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/update_plan.hpp"
#include "operations/context.hpp"

// Copies of a service's volumes, taken while it is stopped and put back when an update is undone.
namespace aistack::operations {

// Where the copy of a volume would lie. Absent: there is no such volume. kConflict: aistack cannot
// copy it, since the engine is on another machine or the volume (NFS, a plug-in's) is only mounted
// while a container uses it.
Task<std::optional<domain::PlanSnapshot>> plan_snapshot(Context& context, std::string volume,
                                                        std::string operation);
// The same for all volumes of the entry that exist, for the plan of an update.
Task<std::vector<domain::PlanSnapshot>> plan_snapshots(Context& context, const CatalogEntry& entry,
                                                       std::string operation);
// Is there room for all of them? kDiskFull with both numbers.
Result<> check_snapshot_space(Context& context, const std::vector<domain::PlanSnapshot>& snapshots);
// Copies each volume beside its place and gives the copy its name when it is complete.
Result<> take_snapshots(Context& context, const std::vector<domain::PlanSnapshot>& snapshots);
// For a rollback: the live data becomes the snapshot, by rename, and a copy of `older` takes its
// place. `older` stays as it is.
Result<> exchange_data(Context& context, const std::vector<domain::PlanSnapshot>& snapshots,
                       const std::vector<domain::PlanSnapshot>& older);
// Puts every complete copy in the place of the live data, which no container may use. Can be
// repeated after any interruption: data is moved by rename, and the live data is only removed once
// the copy has taken its place.
Result<> restore_snapshots(Context& context, const std::vector<domain::PlanSnapshot>& snapshots);
// Removes copies and what a restore left. Absent: ok.
Result<> drop_snapshots(Context& context, const std::vector<domain::PlanSnapshot>& snapshots);

}  // namespace aistack::operations
