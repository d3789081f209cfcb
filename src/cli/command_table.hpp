#pragma once

#include <string>
#include <vector>

#include "base/task.hpp"
#include "cli/arguments.hpp"

namespace aistack::cli {

struct Session;

// One argument of a command, as the table declares it. The functions below make the usual ones.
struct Argument {
  enum class Kind {
    flag,          // "--purge"
    option,        // "--pull WHEN"
    positional,    // at most one
    positionals,   // as many as there are
    command_tail,  // everything from the first word that is not ours, or after "--"
  };
  // What a shell completes here.
  enum class Completes { nothing, service, profile, file, directory, provider, choice };

  Kind kind = Kind::flag;
  std::string name = {};        // "--pull", or "SERVICE"
  std::string short_name = {};  // "-f"
  std::string value_name = {};  // of an option: "WHEN"
  std::string help = {};
  std::vector<std::string> choices = {};  // not empty: nothing else is accepted
  Completes completes = Completes::nothing;
  bool required = false;
  std::string default_value = {};

  // Chainable changes, for table rows: flag("--follow", "…").with_short("-f").
  Argument with_short(std::string text) &&;
  Argument with_choices(std::vector<std::string> list) &&;  // also completes them
  Argument with_default(std::string text) &&;
  Argument with_completion(Completes what) &&;
  Argument as_required() &&;
};

Argument flag(std::string name, std::string help);
Argument option(std::string name, std::string value_name, std::string help);
Argument positional(std::string name, std::string help);
Argument positionals(std::string name, std::string help);
Argument command_tail(std::string name, std::string help);
// The two most frequent ones: SERVICE and SERVICE…, completed from the catalog.
Argument service_argument(std::string help);
Argument services_argument(std::string help);

// What a call of a command does to the machine. What changes it is written to aistack.log.
enum class Effect {
  reads,
  changes,
  erases,  // … and takes aistack.log away, which is not made anew then
};
using EffectOf = Effect (*)(const Arguments& arguments);
Effect always_changes(const Arguments& arguments);

// Runs one command and gives the exit code. An Error is rendered by the caller (cli/dispatch),
// which derives the exit code from it.
using Handler = Task<int> (*)(Session& session, const Arguments& arguments);

// One row of the table. Help, completions, the manual page and "did you mean" come from it.
struct Command {
  std::string name = {};  // one word or two: "status", "catalog show"
  std::vector<std::string> aliases = {};
  std::string group = {};  // heading in the list; "" hides the command (and its completion)
  std::string help = {};   // one line, no full stop
  std::vector<Argument> arguments = {};
  std::vector<std::string> notes = {};     // paragraphs of `help COMMAND` and the manual page
  std::vector<std::string> examples = {};  // "aistack install --profile minimal"
  Handler run = nullptr;
  EffectOf effect = nullptr;  // absent: it only reads
};

// The groups, in the order of the list. A row names one of these or "".
namespace group {
inline constexpr const char* kServices = "Services";
inline constexpr const char* kData = "Models and data";
inline constexpr const char* kHardware = "GPU and power";
inline constexpr const char* kSystem = "System";
}  // namespace group

// Every command of the program, in the order of the list. (cli/command_table.cpp; each
// cli/commands/<verb>.cpp exports its rows through cli/commands/commands.hpp.)
const std::vector<Command>& command_table();

// The options that every command takes, in the form of table rows (for help and completions).
const std::vector<Argument>& global_arguments();

// The row with this name or alias; nullptr if there is none.
const Command* find_command(const std::vector<Command>& table, std::string_view name);

}  // namespace aistack::cli
