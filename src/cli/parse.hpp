#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/command_table.hpp"

namespace aistack::cli {

struct Invocation {
  const Command* command = nullptr;  // points into the table
  Arguments arguments;
  GlobalOptions options;
};

// Reads a command line (without the program's own name) by the table. Global options may stand
// anywhere before "--". No command, `-h` and `--help` become the row "help", `--version` the row
// "version".
//
// kUsage: unknown command or option (with "did you mean"), a missing or superfluous argument, a
// value that is none of the choices. `next` says what to type.
Result<Invocation> parse(std::span<const std::string> words, const std::vector<Command>& table);
Result<Invocation> parse(int argc, const char* const* argv, const std::vector<Command>& table);

// The global options of a command line that `parse` refused, as far as they can be told, so that
// its error is printed in the form asked for.
GlobalOptions guess_options(std::span<const std::string> words);

}  // namespace aistack::cli
