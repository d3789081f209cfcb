#pragma once

#include <string>
#include <vector>

#include "cli/command_table.hpp"

// Completion scripts, made from the table. Services and profiles are asked of
// `aistack catalog --names` and `aistack catalog --profiles` when a user presses the key.
namespace aistack::cli {

std::string bash_completion(const std::vector<Command>& table);
std::string zsh_completion(const std::vector<Command>& table);
std::string fish_completion(const std::vector<Command>& table);

}  // namespace aistack::cli
