#pragma once

#include <vector>

#include "cli/command_table.hpp"

namespace aistack::cli {

// A small table that has every kind of argument, so that what is printed from a table can be
// compared with golden files that do not change with each new command.
std::vector<Command> sample_table();

}  // namespace aistack::cli
