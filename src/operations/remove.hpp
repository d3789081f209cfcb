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
  std::uint64_t freed_bytes = 0;          // of the purged volumes' directories
};

// Stops and removes a service's containers, and its networks when no other service uses them.
// Volumes stay unless `purge`. Not installed: a no-op. The report is kept as uninstall_log.json.
// Errors: kVolumeInUse (another container uses the volume; `why` names it; the containers are
// gone, the data is there) and the engine's.
Task<RemoveReport> remove(Context& context, std::string service, PurgeData purge);

}  // namespace aistack::operations
