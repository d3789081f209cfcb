#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace aistack::adapters::posix {

// See ports::Host::copy_tree and rename_path.
Result<> copy_tree(const std::filesystem::path& from, const std::filesystem::path& to);
Result<> rename_path(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace aistack::adapters::posix
