#pragma once

#include <vector>

#include "cli/command_table.hpp"

// The rows that cli/command_table.cpp collects: one function a file of this folder.
namespace aistack::cli {

Command backend_command();
std::vector<Command> catalog_commands();
std::vector<Command> config_commands();  // config test, config show
Command completion_command();
Command doctor_command();
Command health_command();
Command diag_command();
Command help_command();
Command install_command();
Command logs_command();
Command man_command();  // hidden
Command purge_command();
Command remove_command();
Command repair_command();
Command restart_command();
Command secret_command();
Command start_command();
Command status_command();
Command stop_command();
std::vector<Command> update_commands();
Command version_command();
std::vector<Command> versions_commands();

}  // namespace aistack::cli
