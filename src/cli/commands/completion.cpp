#include "cli/render/completion.hpp"

#include "cli/commands/commands.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

Task<int> run(Session& session, const Arguments& arguments) {
  const auto shell = arguments.value("SHELL").value_or("");
  if (shell == "zsh")
    session.output.write(zsh_completion(command_table()));
  else if (shell == "fish")
    session.output.write(fish_completion(command_table()));
  else
    session.output.write(bash_completion(command_table()));
  co_return 0;
}

}  // namespace

Command completion_command() {
  return {
      .name = "completion",
      .group = group::kSystem,
      .help = "Print a completion script for a shell",
      .arguments =
          {positional("SHELL", "The shell").with_choices({"bash", "zsh", "fish"}).as_required()},
      .examples = {"source <(aistack completion bash)",
                   "aistack completion zsh > ~/.zfunc/_aistack",
                   "aistack completion fish > ~/.config/fish/completions/aistack.fish"},
      .run = run};
}

}  // namespace aistack::cli
