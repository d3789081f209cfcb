#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "operations/context.hpp"

// What a service's containers need beside their image: networks and volumes.
namespace aistack::operations {

// Was the directory that holds the volumes there when the command began? Its services make it, all
// at once, and what one of them has made must not look to another like a disk that was emptied.
enum class VolumesRoot { exists, missing };
VolumesRoot find_volumes_root(const Context& context);

// The networks and volumes of the entry exist afterwards.
//
// New plain volumes are local volumes bound to <volumes_root>/NAME, so that `docker volume prune`
// cannot delete them; an existing one of any driver is used as it is.
// Gives the names of the volumes that it made.
// kNetworkNotFound, kNotFound: one that the file declares external does not exist. Volumes made
// before a failure are gone again; a network stays, since other services may use it by then.
Task<std::vector<std::string>> ensure_resources(Context& context, const CatalogEntry& entry,
                                                VolumesRoot root);

// Removes volumes that were made for nothing, as far as the engine lets it. Their directories stay:
// nothing that could hold data is removed because something else failed.
Task<> undo_volumes(Context& context, std::vector<std::string> names);

// The names of the volumes that aistack made or would make for this entry (not the external ones).
std::vector<std::string> own_volumes(const CatalogEntry& entry);
std::vector<std::string> own_networks(const CatalogEntry& entry);
// Below which directories volumes of aistack's may lie: where new ones go, and where they go
// without `volumes.root`.
std::vector<std::filesystem::path> volume_roots(const Context& context);

}  // namespace aistack::operations
