#pragma once

#include <vector>

#include "cli/command_table.hpp"

// The rows that cli/command_table.cpp collects: one function a file of this folder.
namespace aistack::cli {

std::vector<Command> config_commands();  // config test, config show
Command completion_command();
Command help_command();
Command man_command();  // hidden
Command version_command();

}  // namespace aistack::cli
