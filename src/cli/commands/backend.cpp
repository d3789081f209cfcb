#include "operations/backend.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/render/error.hpp"
#include "cli/render/json.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

using operations::BackendReport;

nlohmann::ordered_json json(const Output& output, const BackendReport& report) {
  nlohmann::ordered_json document{{"ui", report.ui},
                                  {"backend", report.backend},
                                  {"previous", report.previous},
                                  {"changed", report.changed},
                                  {"candidates", report.candidates}};
  if (report.error) document.update(error_json(output, *report.error));
  return document;
}

Task<int> show(Session& session, operations::Context& context, ports::SettingsDatabase& database) {
  BOOST_OUTCOME_CO_TRY(const auto report, co_await operations::show_backend(context, database));
  if (session.options.json)
    print_json(session.output, json(session.output, report));
  else if (report.backend.empty())
    session.output.write_line(
        fmt::format("{} has connections that its administrator made; they are those of none of: {}",
                    report.ui, fmt::join(report.candidates, ", ")));
  else
    session.output.write_line(fmt::format("{} talks to {}", report.ui, report.backend));
  co_return kExitDone;
}

Task<int> change(Session& session, operations::Context& context, ports::SettingsDatabase& database,
                 std::string backend) {
  BOOST_OUTCOME_CO_TRY(const auto report,
                       co_await operations::switch_backend(context, database, std::move(backend)));
  if (session.options.json)
    print_json(session.output, json(session.output, report));
  else if (report.error)
    print_error(session.output, *report.error, false);
  else
    session.output.write_line(fmt::format(
        "{} {} to {}", report.ui, report.changed ? "now talks" : "already talks", report.backend));
  if (report.error) co_return report.restored ? kExitRestored : kExitNotRestored;
  co_return kExitDone;
}

Task<int> run_backend(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(auto* context, session.open());
  const auto database = session.stored_settings();
  const auto backend = arguments.value("BACKEND");
  if (!backend) co_return co_await show(session, *context, *database);
  co_return co_await change(session, *context, *database, *backend);
}

Effect effect(const Arguments& arguments) {
  return arguments.value("BACKEND") ? Effect::changes : Effect::reads;
}

}  // namespace

Command backend_command() {
  return {.name = "backend",
          .group = group::kServices,
          .help = "Show or change which backend the chat page talks to",
          .arguments = {positional("BACKEND", "The backend to switch to: ollama, localai, …")
                            .with_completion(Argument::Completes::service)},
          .notes = {"Open WebUI stores its settings at its first start and then ignores its "
                    "environment. The switch changes just the stored values that name the backend, "
                    "with the page stopped for a moment and its data saved; a switch that fails is "
                    "taken back (exit code 4)."},
          .examples = {"aistack backend", "aistack backend localai"},
          .run = run_backend,
          .effect = effect};
}

}  // namespace aistack::cli
