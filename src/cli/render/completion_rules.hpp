#pragma once

#include <string>
#include <vector>

#include "cli/command_table.hpp"

// What the three completion scripts have in common.
namespace aistack::cli {

// A text between single quotes of a POSIX shell.
std::string shell_quoted(const std::string& text);
// Rows that completion offers.
std::vector<const Command*> visible_commands(const std::vector<Command>& table);
// Names and aliases, of two-word names the first word; each once, in the table's order.
std::vector<std::string> first_words(const std::vector<Command>& table);
// The second words that may follow `first`.
std::vector<std::string> second_words(const std::vector<Command>& table, const std::string& first);
// What a name stands for: the command's help, or the second words that may follow it.
std::string help_of(const std::vector<Command>& table, const std::string& name);
// Options of a list of arguments; of a short and a long name both.
std::vector<std::string> option_words(const std::vector<Argument>& arguments);
// The argument that comes at position `index` after the command's name; nullptr if none.
const Argument* positional_at(const Command& command, std::size_t index);

}  // namespace aistack::cli
