#pragma once

#include <filesystem>
#include <memory>

#include "ports/state_store.hpp"

namespace aistack::adapters::posix {

// kPermission, and nothing is read or written, when `directory` is a symbolic link, belongs to
// another user, or may be written by everybody: whoever controls it controls what root does.
std::unique_ptr<ports::StateStore> make_state_store(std::filesystem::path directory);

}  // namespace aistack::adapters::posix
