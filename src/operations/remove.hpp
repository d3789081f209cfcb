#pragma once

#include <string>
#include <vector>

#include "operations/context.hpp"

namespace aistack::operations {

enum class PurgeData { no, yes };

struct RemoveReport {
  std::string service;
  bool was_installed = false;
  std::vector<std::string> containers;    // removed
  std::vector<std::string> networks;      // removed
  std::vector<std::string> volumes;       // removed with their data
  std::vector<std::string> kept_volumes;  // still there
  std::vector<std::string> kept_models;   // those of them that a purge leaves for their models …
  std::vector<std::string> next;          // … and what to type to be rid of them
  std::uint64_t freed_bytes = 0;          // of the purged volumes' data
};

// Stops and removes a service's containers, and its networks when nobody else needs them. Volumes
// stay unless `purge`, those without a name too; with `models.keep_cache_on_uninstall` those with
// the models stay in any case. Not installed: a no-op. One whose file is gone or of no use is
// removed by its containers' labels, but not its data. The report is kept as uninstall_log.json.
// Errors: kVolumeInUse (another container uses the volume; `why` names it; the containers are gone,
// the data is there) and the engine's.
Task<RemoveReport> remove(Context& context, std::string service, PurgeData purge);

}  // namespace aistack::operations
