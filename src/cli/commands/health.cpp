#include "operations/health.hpp"

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/open_to_look.hpp"
#include "cli/render/error.hpp"
#include "cli/render/json.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

using operations::HealthReport;
using operations::ServiceStatus;

std::string probe_column(const ServiceStatus& service) {
  const auto& probe = service.seen.probe;
  switch (probe.outcome) {
    case domain::Probe::Outcome::not_tried:
      return "-";
    case domain::Probe::Outcome::answered:
      return fmt::format("{} in {} ms",
                         probe.status == 0 ? "connected" : fmt::to_string(probe.status),
                         probe.took.count());
    case domain::Probe::Outcome::failed:
      return "failed";
    case domain::Probe::Outcome::timed_out:
      return fmt::format("none in {} ms", probe.took.count());
  }
  return "-";
}

std::string gpu_line(const HealthReport& report) {
  if (!report.engine_gpu) return "GPU: the engine offers none to containers; models run on the CPU";
  return fmt::format("GPU: the engine offers it to containers (runtimes: {})",
                     fmt::join(report.runtimes, ", "));
}

void print(Session& session, const HealthReport& report) {
  for (const auto& note : report.status.notes)
    print_note(session.output, note, session.options.quiet);
  if (report.status.services.empty()) {
    session.output.write_line("No services installed");
    return;
  }
  Table table({{"SERVICE", Table::Align::left, std::nullopt},
               {"HEALTH", Table::Align::left, std::nullopt},
               {"STATE", Table::Align::left, std::nullopt},
               {"ANSWER"},
               {"RESTARTS", Table::Align::right, std::nullopt},
               {.title = "REASON", .wraps = true}});
  for (const auto& service : report.status.services) {
    const auto health = std::string{to_string(service.verdict.health)};
    table.add({service.name,
               {health, health_style(health)},
               std::string{to_string(service.state)},
               probe_column(service),
               fmt::to_string(service.seen.restart_count),
               service.verdict.reason});
  }
  print_table(session.output, table);
  session.output.write_line("");
  session.output.write_line(gpu_line(report));
  for (const auto& service : report.status.services)
    if (service.verdict.health == domain::Health::red)
      print_note(
          session.output,
          fmt::format("aistack logs {} 50, then: aistack repair {}", service.name, service.name),
          session.options.quiet);
}

Task<int> run_health(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(auto* context, open_to_look(session));
  BOOST_OUTCOME_CO_TRY(const auto report, co_await operations::health(*context));
  std::string saved;
  if (arguments.flag("--save")) {  // before anything is printed: the answer is one document
    auto path = operations::save(*context, report);
    if (!path) co_return with_what(std::move(path).error(), "cannot save the health report");
    saved = std::move(path).value();
  }
  if (session.options.json)
    print_json(session.output, operations::to_json(report));
  else
    print(session, report);
  if (!saved.empty()) print_note(session.output, "saved to " + saved, session.options.quiet);
  co_return report.status.all_green() ? kExitDone : kExitNotHealthy;
}

}  // namespace

Command health_command() {
  return {.name = "health",
          .group = group::kServices,
          .help = "Look at every service closely: its answer, its GPU, whether it still works",
          .arguments = {flag("--save", "Write health_report.json to the state directory")},
          .notes = {"Exit code 6: a service is yellow or red."},
          .run = run_health};
}

}  // namespace aistack::cli
