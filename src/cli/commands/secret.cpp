#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/error.hpp"
#include "cli/render/json.hpp"
#include "cli/session.hpp"
#include "operations/rotate.hpp"

namespace aistack::cli {
namespace {

using operations::RotateReport;
using Outcome = RotateReport::Outcome;

const char* word(Outcome outcome) {
  switch (outcome) {
    case Outcome::rotated:
      return "rotated";
    case Outcome::restored:
      return "restored";
    case Outcome::not_restored:
      return "not_restored";
  }
  return "not_restored";
}

int exit_code_of(Outcome outcome) {
  if (outcome == Outcome::restored) return kExitRestored;
  return outcome == Outcome::rotated ? kExitDone : kExitNotRestored;
}

Task<int> run_rotate(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(auto* context, session.open());
  BOOST_OUTCOME_CO_TRY(const auto report, co_await operations::rotate_secrets(
                                              *context, arguments.value("SERVICE").value_or("")));
  if (session.options.json) {
    nlohmann::ordered_json document{{"service", report.service},
                                    {"outcome", word(report.outcome)},
                                    {"variables", report.variables}};
    if (report.error) document.update(error_json(session.output, *report.error));
    print_json(session.output, document);
    co_return exit_code_of(report.outcome);
  }
  if (report.error) {
    print_error(session.output, *report.error, false);
  } else if (!session.options.quiet) {
    session.output.write_line(
        fmt::format("{}: new {}", report.service, join(report.variables, ", ")));
    print_note(session.output,
               "what was signed or logged in with the old value is void: everybody logs in again, "
               "and clients need the new key",
               session.options.quiet);
  }
  co_return exit_code_of(report.outcome);
}

}  // namespace

Command secret_command() {
  return {.name = "secret rotate",
          .group = group::kServices,
          .help = "Give a service new values for its generated secrets",
          .arguments = {service_argument("Which service").as_required()},
          .notes = {"The container is made anew with the new values; the old ones come back if it "
                    "does not become green (exit code 4). For Open WebUI this ends every "
                    "session: its users log in again. A value is never printed; it lies in "
                    "secrets/SERVICE.env in the state directory."},
          .examples = {"aistack secret rotate openwebui"},
          .run = run_rotate,
          .effect = always_changes};
}

}  // namespace aistack::cli
