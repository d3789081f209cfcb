#include "operations/stop.hpp"

#include "cli/commands/commands.hpp"
#include "cli/commands/service_answers.hpp"
#include "cli/open_to_look.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

Task<int> run_stop(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(auto* context, open_to_look(session));
  BOOST_OUTCOME_CO_TRY(const auto results,
                       co_await operations::stop(*context, arguments.values("SERVICE")));
  ServiceAnswers answers{session};
  for (const auto& [service, result] : results) {
    if (!result) {
      answers.add(service, result.error());
      continue;
    }
    const bool was_running = result.value().was_running;
    answers.add({{"service", service}, {"was_running", was_running}},
                service + (was_running ? ": stopped" : ": was not running"));
  }
  co_return answers.finish();
}

}  // namespace

Command stop_command() {
  return {.name = "stop",
          .group = group::kServices,
          .help = "Stop services; they stay stopped until they are started",
          .arguments = {services_argument("Services to stop").as_required()},
          .run = run_stop,
          .effect = always_changes};
}

}  // namespace aistack::cli
