#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "operations/catalog.hpp"
#include "ports/container_engine.hpp"

// Whose is it? For what removes everything of aistack's and nothing else: a name alone proves
// nothing, since anybody may call a container "aistack-ollama" or a volume "ollama_data".
namespace aistack::operations {

// It bears a label of aistack's, or Docker Compose made it from a file of the catalog.
bool is_ours(const ports::ContainerSummary& container, const Catalog& catalog);

// It bears a label of aistack's, or is bound to a directory below one of `roots`, where aistack
// puts the data of the volumes that it makes. One that Docker Compose made from a file of the
// catalog counts when a container of ours mounts it (`mounted`).
bool is_ours(const ports::VolumeDetails& volume, const Catalog& catalog,
             const std::vector<std::filesystem::path>& roots,
             const std::vector<std::string>& mounted);

// It bears a label of aistack's; or it bears the name of a network of the catalog, nobody else's
// labels, and a container of ours is attached to it (`attached`): that is what is left when a
// deleted network was made again by hand.
bool is_ours(const ports::NetworkDetails& network, const Catalog& catalog,
             const std::vector<std::string>& attached);

// The directory that a volume of the driver `local` is bound to; "" where it is bound to none.
std::filesystem::path bind_source(const ports::VolumeDetails& volume);

// The directory of a volume that aistack bound below one of `roots`; "" if it did not.
std::filesystem::path bound_directory(const ports::VolumeDetails& volume,
                                      const std::vector<std::filesystem::path>& roots);

// The directory that goes with the volume: that one, or the one below another root where
// `volumes.root` has changed since the volume was made. "": the volume lies where the engine or its
// file put it.
std::filesystem::path own_directory(const ports::VolumeDetails& volume, const Catalog& catalog,
                                    const std::vector<std::filesystem::path>& roots);

// Does a volume have the name that engines give to one that nobody named?
bool is_anonymous(const std::string& volume);

// Is `path` strictly below `directory`? Compares names only.
bool lies_below(const std::filesystem::path& path, const std::filesystem::path& directory);

}  // namespace aistack::operations
