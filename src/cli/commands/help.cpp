#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/help.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

Error no_such_command(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& command : command_table()) names.push_back(command.name);
  const auto near = nearest(name, names);
  return Error{ErrorCode::kUsage,
               near ? fmt::format("did you mean \"{}\"?", *near) : std::string{},
               fmt::format("unknown command \"{}\"", printable(name, 100)),
               {},
               {"aistack help"}};
}

Task<int> run(Session& session, const Arguments& arguments) {
  const int width = session.output.terminal(Stream::out).width;
  const auto name = join(arguments.values("COMMAND"), " ");
  if (name.empty()) {
    session.output.write(help_overview(command_table(), width));
    co_return 0;
  }
  const auto text = help_command(command_table(), name, width);
  if (!text) co_return no_such_command(name);
  session.output.write(*text);
  co_return 0;
}

}  // namespace

Command help_command() {
  return {.name = "help",
          .group = group::kSystem,
          .help = "Explain aistack, or one command",
          .arguments = {positionals("COMMAND", "What to explain")},
          .run = run};
}

}  // namespace aistack::cli
