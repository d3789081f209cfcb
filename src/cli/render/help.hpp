#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_table.hpp"

namespace aistack::cli {

// The list of all commands by group, and the global options. Lines of at most `width` columns.
std::string help_overview(const std::vector<Command>& table, int width);

// One command, or, for the first word of several ("models"), their list. Absent: no such command.
std::optional<std::string> help_command(const std::vector<Command>& table, std::string_view name,
                                        int width);

// "SERVICE…", "[--pull WHEN]", "[--] CMD…": how an argument stands in a usage line.
std::string usage_of(const Argument& argument);
// "-f, --follow", "--pull WHEN", "SERVICE".
std::string label_of(const Argument& argument);
// Its help with its choices and its default.
std::string about_of(const Argument& argument);

}  // namespace aistack::cli
