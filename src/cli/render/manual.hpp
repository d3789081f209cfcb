#pragma once

#include <string>
#include <vector>

#include "cli/command_table.hpp"

namespace aistack::cli {

// aistack(1) in roff (man macros): commands and options from the table, configuration keys from
// the settings table, files, environment, exit codes.
std::string manual_page(const std::vector<Command>& table);

}  // namespace aistack::cli
