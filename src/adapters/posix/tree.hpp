#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.hpp"

namespace aistack::adapters::posix {

// See ports::Host::remove_tree. Works through descriptors, so that a directory that somebody
// replaces by a symbolic link meanwhile leads nowhere else; takes two descriptors at any depth.
Result<> remove_tree(const std::filesystem::path& path);
// See ports::Host::tree_bytes. What vanishes meanwhile counts for nothing.
Result<std::uint64_t> tree_bytes(const std::filesystem::path& path);

}  // namespace aistack::adapters::posix
