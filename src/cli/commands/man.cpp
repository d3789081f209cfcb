#include "cli/commands/commands.hpp"
#include "cli/render/manual.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

Task<int> run(Session& session, const Arguments&) {
  session.output.write(manual_page(command_table()));
  co_return 0;
}

}  // namespace

Command man_command() {
  return {.name = "man", .help = "Print the manual page (roff)", .run = run};
}

}  // namespace aistack::cli
