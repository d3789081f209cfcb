#pragma once

#include <string>
#include <vector>

#include "operations/remove.hpp"

// What is left of a service whose containers are removed: its data.
namespace aistack::operations {

// A volume that nobody named.
struct AnonymousVolume {
  std::string name;
  std::uint64_t bytes = 0;  // on this machine's disk; 0 where that cannot be seen
};
// Those that these containers mount, by which name ever: a replacement mounts its predecessor's.
Task<std::vector<AnonymousVolume>> anonymous_volumes(
    Context& context, const std::vector<ports::ContainerSummary>& containers);

// The names of all volumes that these containers mount.
Task<std::vector<std::string>> mounted_volumes(
    Context& context, const std::vector<ports::ContainerSummary>& containers);

// Removes the volumes with their directories, the copies that updates made of them, and the
// secrets. The report says what went and what stays. kVolumeInUse.
Task<> purge_data(Context& context, const CatalogEntry& entry,
                  const std::vector<AnonymousVolume>& anonymous, RemoveReport& report);

// Nothing is removed: notes in the report which volumes there are.
Task<> list_data(Context& context, const CatalogEntry& entry,
                 const std::vector<AnonymousVolume>& anonymous, RemoveReport& report);

}  // namespace aistack::operations
