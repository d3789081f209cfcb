#include "operations/repair.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/render/error.hpp"
#include "cli/render/json.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

using operations::RepairReport;
using Outcome = RepairReport::Outcome;

const char* word(Outcome outcome) {
  switch (outcome) {
    case Outcome::healthy:
      return "healthy";
    case Outcome::stopped:
      return "stopped";
    case Outcome::planned:
      return "planned";
    case Outcome::repaired:
      return "repaired";
  }
  return "healthy";
}

std::vector<std::string> cause_texts(const RepairReport& report) {
  std::vector<std::string> texts;
  for (const auto cause : report.causes) texts.emplace_back(operations::to_string(cause));
  return texts;
}

nlohmann::ordered_json json(const RepairReport& report) {
  return {
      {"service", report.service},
      {"outcome", word(report.outcome)},
      {"before", {{"health", to_string(report.before.health)}, {"reason", report.before.reason}}},
      {"causes", cause_texts(report)},
      {"steps", report.steps},
      {"evidence", report.evidence_file},
      {"health", to_string(report.health)},
      {"reason", report.health_reason}};
}

void print_findings(Output& output, const RepairReport& report) {
  output.write_line(fmt::format("{}: {}: {}", report.service, to_string(report.before.health),
                                report.before.reason));
  for (const auto& cause : cause_texts(report)) output.write_line("  cause: " + cause);
}

void print(Session& session, const RepairReport& report) {
  auto& output = session.output;
  switch (report.outcome) {
    case Outcome::healthy:
      output.write_line(fmt::format("{}: green, nothing to repair", report.service));
      return;
    case Outcome::stopped:
      output.write_line(
          fmt::format("{}: stopped by the administrator, nothing to repair "
                      "(aistack start {})",
                      report.service, report.service));
      return;
    case Outcome::planned:
      print_findings(output, report);
      for (const auto& step : report.steps) output.write_line("  would " + step);
      return;
    case Outcome::repaired:
      print_findings(output, report);
      output.write_line(
          fmt::format("{}: repaired, {}{}{}", report.service, to_string(report.health),
                      report.health_reason.empty() ? "" : ": ", report.health_reason));
      output.write_line("  evidence: " + report.evidence_file);
      return;
  }
}

Task<int> run_repair(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(auto* context, session.open());
  const auto dry_run =
      arguments.flag("--dry-run") ? operations::DryRun::yes : operations::DryRun::no;
  BOOST_OUTCOME_CO_TRY(
      const auto report,
      co_await operations::repair(*context, arguments.value("SERVICE").value_or(""), dry_run));
  if (session.options.json)
    print_json(session.output, json(report));
  else
    print(session, report);
  co_return kExitDone;
}

Effect effect(const Arguments& arguments) {
  return arguments.flag("--dry-run") ? Effect::reads : Effect::changes;
}

}  // namespace

Command repair_command() {
  return {.name = "repair",
          .group = group::kServices,
          .help = "Find out why a service does not work and recreate its container",
          .arguments = {service_argument("Which service").as_required(),
                        flag("--dry-run", "Only say what is wrong and what would be done")},
          .notes = {"A green service is left alone. Before anything is changed, exit code, memory, "
                    "and the last 100 log lines are saved to <service>_repair.json in the state "
                    "directory. Volumes keep their data."},
          .run = run_repair,
          .effect = effect};
}

}  // namespace aistack::cli
