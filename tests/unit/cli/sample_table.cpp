#include "sample_table.hpp"

namespace aistack::cli {
namespace {

Task<int> run(Session&, const Arguments&) {
  co_return 0;
}

}  // namespace

std::vector<Command> sample_table() {
  return {
      {.name = "install",
       .group = group::kServices,
       .help = "Install services and wait until they are green",
       .arguments =
           {positionals("SERVICE", "What to install").with_completion(Argument::Completes::service),
            option("--profile", "PROFILE", "Install this set of services")
                .with_short("-p")
                .with_completion(Argument::Completes::profile),
            option("--pull", "WHEN", "When to pull images")
                .with_choices({"missing", "always", "never"})
                .with_default("missing"),
            option("--timeout", "TIME", "Give up after this long"),
            flag("--no-wait", "Do not wait for green")},
       .notes = {"A service that is installed already and unchanged is left alone, so that the "
                 "command may be repeated at will."},
       .examples = {"aistack install --profile minimal", "aistack install ollama"},
       .run = run},
      {.name = "remove",
       .aliases = {"uninstall"},
       .group = group::kServices,
       .help = "Remove a service, its data only with --purge",
       .arguments = {service_argument("What to remove"), flag("--purge", "Its volumes too")},
       .run = run},
      {.name = "logs",
       .group = group::kServices,
       .help = "Show what a service wrote",
       .arguments = {service_argument("Whose lines"),
                     positional("LINES", "How many").with_default("100"),
                     flag("--follow", "Go on as new lines come").with_short("-f"),
                     flag("--timestamps", "With times").with_short("-t")},
       .run = run},
      {.name = "catalog",
       .group = group::kServices,
       .help = "List what can be installed",
       .run = run},
      {.name = "catalog show",
       .group = group::kServices,
       .help = "Show one service",
       .arguments = {service_argument("Which one")},
       .run = run},
      {.name = "models list",
       .group = group::kData,
       .help = "List models",
       .arguments = {positional("PROVIDER", "Whose models")
                         .with_choices({"ollama", "localai"})
                         .as_required()},
       .run = run},
      {.name = "models download",
       .group = group::kData,
       .help = "Download a model",
       .arguments =
           {positional("PROVIDER", "Whose model").with_choices({"ollama", "localai"}).as_required(),
            positional("NAME", "Its name").as_required()},
       .run = run},
      {.name = "backup",
       .group = group::kData,
       .help = "Save the data of services",
       .arguments =
           {services_argument("Which ones"),
            option("--output", "DIR", "Where to").with_completion(Argument::Completes::directory)},
       .run = run},
      {.name = "gpu-run",
       .group = group::kHardware,
       .help = "Run a command that has the GPU for itself",
       .arguments = {option("--name", "NAME", "What others see"),
                     command_tail("COMMAND", "What to run").as_required()},
       .run = run},
      {.name = "help",
       .group = group::kSystem,
       .help = "Explain aistack, or one command",
       .arguments = {positionals("COMMAND", "What to explain")},
       .run = run},
      {.name = "version", .group = group::kSystem, .help = "Print the version", .run = run},
      {.name = "hidden", .help = "Not for users", .run = run},
  };
}

}  // namespace aistack::cli
