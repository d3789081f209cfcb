#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

Task<int> run(Session& session, const Arguments&) {
  if (session.options.json)
    print_json(session.output, nlohmann::ordered_json{{"version", AISTACK_VERSION}});
  else
    session.output.write_line("aistack " AISTACK_VERSION);
  co_return 0;
}

}  // namespace

Command version_command() {
  return {.name = "version",
          .group = group::kSystem,
          .help = "Print the version of aistack",
          .run = run};
}

}  // namespace aistack::cli
