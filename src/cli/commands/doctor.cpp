#include "operations/doctor.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/error.hpp"
#include "cli/render/json.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

using operations::Check;
using operations::DoctorReport;

Style style_of(Check::Result result) {
  switch (result) {
    case Check::Result::ok:
      return Style::good;
    case Check::Result::warning:
      return Style::warning;
    case Check::Result::failure:
      return Style::bad;
    case Check::Result::skipped:
      return Style::dim;
  }
  return Style::plain;
}

// The table, and below it what to do, under the name of the check.
void print(Output& output, const DoctorReport& report) {
  Table table{{{"CHECK", Table::Align::left, std::nullopt},
               {"RESULT", Table::Align::left, std::nullopt},
               {.title = "DETAIL", .wraps = true}}};
  for (const auto& check : report.checks)
    table.add({check.name,
               Table::Cell{std::string{to_string(check.result)}, style_of(check.result)},
               check.detail});
  print_table(output, table);
  for (const auto& check : report.checks) {
    if (check.fix.empty()) continue;
    output.write_line(fmt::format("\n{}:", printable(check.name)));
    for (const auto& fix : check.fix) output.write_line("  " + printable(fix));
  }
}

nlohmann::ordered_json json(const DoctorReport& report) {
  auto checks = nlohmann::ordered_json::array();
  for (const auto& check : report.checks)
    checks.push_back({{"check", check.name},
                      {"result", to_string(check.result)},
                      {"detail", check.detail},
                      {"fix", check.fix}});
  return {{"healthy", report.healthy()}, {"checks", std::move(checks)}};
}

Task<int> run_doctor(Session& session, const Arguments&) {
  operations::DoctorRequest request;
  BOOST_OUTCOME_CO_TRY(auto* context, session.open_anyway(request.problems));
  const auto background = session.background();
  BOOST_OUTCOME_CO_TRY(const auto report,
                       co_await operations::doctor(*context, *background, std::move(request)));
  if (session.options.json)
    print_json(session.output, json(report));
  else
    print(session.output, report);
  co_return report.healthy() ? kExitDone : kExitNotHealthy;
}

}  // namespace

Command doctor_command() {
  return {.name = "doctor",
          .group = group::kSystem,
          .help = "Check everything that aistack needs, with a fix for what is wrong",
          .notes = {"Changes nothing and ends within five seconds, whatever hangs. The exit code "
                    "is 6 when a check fails; warnings do not count."},
          .run = run_doctor};
}

}  // namespace aistack::cli
