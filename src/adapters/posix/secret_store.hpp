#pragma once

#include <filesystem>
#include <memory>

#include "ports/secret_store.hpp"

namespace aistack::adapters::posix {

// `directory` (0700) is made with the first secret. Refuses the directories that the state store
// refuses.
std::unique_ptr<ports::SecretStore> make_secret_store(std::filesystem::path directory);

}  // namespace aistack::adapters::posix
