#include "operations/stop.hpp"

#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/open_to_look.hpp"
#include "cli/render/error.hpp"
#include "cli/render/json.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

Task<int> run_stop(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(auto* context, open_to_look(session));
  BOOST_OUTCOME_CO_TRY(const auto results,
                       co_await operations::stop(*context, arguments.values("SERVICE")));
  auto documents = nlohmann::ordered_json::array();
  int worst = kExitDone;
  for (const auto& [service, result] : results) {
    if (result) {
      const bool was_running = result.value().was_running;
      documents.push_back({{"service", service}, {"was_running", was_running}});
      if (!session.options.json && !session.options.quiet)
        session.output.write_line(service + (was_running ? ": stopped" : ": was not running"));
      continue;
    }
    worst = std::max(worst, exit_code(result.error().code));
    if (!session.options.json) {
      print_error(session.output, result.error(), false);
      continue;
    }
    auto document = error_json(session.output, result.error());
    document["service"] = service;
    documents.push_back(std::move(document));
  }
  if (session.options.json)
    print_json(session.output, nlohmann::ordered_json{{"services", std::move(documents)}});
  co_return worst;
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
