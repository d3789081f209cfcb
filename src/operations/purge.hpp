#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "operations/context.hpp"

namespace aistack::operations {

enum class RemoveConfigs { no, yes };

struct PurgeVolume {
  std::string name;
  std::filesystem::path directory;  // where aistack bound it to; "" if it did not
  std::uint64_t bytes = 0;          // on this machine's disk; 0 where that cannot be seen
};

// Something that is not removed: because it is not aistack's, or because it could not be.
struct PurgeRemnant {
  std::string kind;  // "container", "volume", "network", "file"
  std::string name;
  std::string why;
  std::vector<std::string> next;  // what to type
};

// What aistack has on this machine and in the engine.
struct PurgeInventory {
  std::vector<ports::ContainerSummary> containers;
  std::vector<PurgeVolume> volumes;  // the data
  std::vector<std::string> networks;
  std::vector<std::filesystem::path> data;   // directories of volumes that the engine has no more
  std::vector<std::filesystem::path> state;  // documents
  std::vector<std::filesystem::path> secrets;
  std::vector<std::filesystem::path> logs;
  std::vector<std::filesystem::path> configs;  // empty unless asked for
  std::vector<std::string> images;             // that the containers run; they are kept
  std::vector<PurgeRemnant> kept;              // looks like aistack's and is not, or is to stay

  bool empty() const;
  std::uint64_t volume_bytes() const;
};

// Changes nothing. Recognises things by aistack's labels (see ownership.hpp), not by their names.
Task<PurgeInventory> purge_inventory(Context& context, RemoveConfigs configs);

struct PurgeReport {
  std::vector<std::string> containers;  // removed
  std::vector<PurgeVolume> volumes;
  std::vector<std::string> networks;
  std::vector<std::string> paths;  // files and directories
  std::uint64_t freed_bytes = 0;   // of the volumes
  std::vector<std::string> images;
  std::vector<PurgeRemnant> kept;
  std::vector<PurgeRemnant> leftovers;  // aistack's, and still there
};

// Removes all of it, with the locks of all services held: containers first, then networks,
// volumes with their directories, secrets, logs, configuration, and the state documents last, so
// that one that was killed can be run again. What cannot be removed stops nothing: it is listed
// with its reason. State documents are not read: damaged ones are no obstacle.
//
// Errors: kLocked (nothing was changed); kInterrupted and an engine that is not there any more
// (removed in part, `state` says so).
Task<PurgeReport> purge(Context& context, RemoveConfigs configs);

}  // namespace aistack::operations
