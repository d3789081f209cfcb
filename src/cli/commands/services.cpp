#include "cli/commands/services.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands/service_answers.hpp"

namespace aistack::cli {
namespace {

using operations::Deployed;
using operations::DeployReport;

std::string line(const DeployReport& report) {
  auto text = fmt::format("{}: {}", report.service, to_string(report.action));
  if (report.action == Deployed::unchanged) text = report.service + ": already up, nothing changed";
  if (!report.drifted.empty()) text += fmt::format(" ({} changed)", join(report.drifted, ", "));
  if (report.health != domain::Health::none) text += fmt::format(", {}", to_string(report.health));
  return text;
}

nlohmann::ordered_json json(const DeployReport& report) {
  return {{"service", report.service},
          {"action", to_string(report.action)},
          {"drifted", report.drifted},
          {"gpu_dropped", report.gpu_dropped},
          {"health", to_string(report.health)}};
}

}  // namespace

int print_results(Session& session, const operations::ServiceResults& results) {
  ServiceAnswers answers{session};
  for (const auto& [service, result] : results) {
    if (result)
      answers.add(json(result.value()), line(result.value()));
    else
      answers.add(service, result.error());
  }
  return answers.finish();
}

Result<operations::DeployOptions> deploy_options(const Arguments& arguments) {
  operations::DeployOptions options;
  options.start = !arguments.flag("--no-start");
  options.wait = options.start && !arguments.flag("--no-wait");
  BOOST_OUTCOME_TRY(options.timeout, arguments.duration("--timeout"));
  const auto pull = arguments.value("--pull").value_or("missing");
  if (pull == "always") options.pull = operations::PullPolicy::always;
  if (pull == "never") options.pull = operations::PullPolicy::never;
  return options;
}

}  // namespace aistack::cli
