#include "operations/remove.hpp"

#include <fmt/format.h>

#include <set>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/service_answers.hpp"
#include "cli/open_to_look.hpp"
#include "cli/session.hpp"
#include "operations/by_label.hpp"
#include "operations/context.hpp"

namespace aistack::cli {
namespace {

std::string text(const operations::RemoveReport& report, bool purge) {
  if (!report.was_installed && report.volumes.empty() && report.kept_models.empty())
    return fmt::format("{}: not installed, nothing to remove", report.service);
  auto line = fmt::format("{}: removed", report.service);
  if (!report.containers.empty()) line += " " + join(report.containers, ", ");
  if (purge)
    line += fmt::format("\n  purged volumes: {} ({} freed)",
                        report.volumes.empty() ? "none" : join(report.volumes, ", "),
                        human_bytes(report.freed_bytes));
  if (!report.kept_volumes.empty())
    line += "\n  kept volumes:   " + join(report.kept_volumes, ", ");
  if (!report.kept_models.empty())
    line += fmt::format("\n  kept models:    {} (models.keep_cache_on_uninstall)",
                        join(report.kept_models, ", "));
  for (const auto& command : report.next) line += "\n  to remove them: " + command;
  if (!report.networks.empty()) line += "\n  network gone:   " + join(report.networks, ", ");
  return line;
}

nlohmann::ordered_json json(const operations::RemoveReport& report) {
  return {{"service", report.service},         {"was_installed", report.was_installed},
          {"containers", report.containers},   {"networks", report.networks},
          {"volumes", report.volumes},         {"kept_volumes", report.kept_volumes},
          {"kept_models", report.kept_models}, {"next", report.next},
          {"freed_bytes", report.freed_bytes}};
}

Result<> check_names(const operations::Context& context, const std::vector<std::string>& services) {
  for (const auto& service : services)
    if (const auto known = operations::require_known(context, service); !known)
      return unchanged(known.error());
  return ok();
}

Task<int> run_remove(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(auto* context, open_to_look(session));
  const auto services = arguments.values("SERVICE");
  BOOST_OUTCOME_CO_TRY(check_names(*context, services));
  const bool purge = arguments.flag("--purge");
  ServiceAnswers answers{session};
  std::set<std::string> seen;
  for (const auto& service : services) {
    if (!seen.insert(service).second) continue;
    const auto report = co_await operations::remove(
        *context, service, purge ? operations::PurgeData::yes : operations::PurgeData::no);
    if (report) {
      answers.add(json(report.value()), text(report.value(), purge));
      continue;
    }
    answers.add(service, report.error());
    if (report.error().code == ErrorCode::kInterrupted) break;
  }
  co_return answers.finish();
}

}  // namespace

Command remove_command() {
  return {.name = "remove",
          .aliases = {"uninstall"},
          .group = group::kServices,
          .help = "Remove services; their data stays unless --purge is given",
          .arguments = {services_argument("Services to remove").as_required(),
                        flag("--purge", "Remove the data volumes and the secrets too")},
          .run = run_remove,
          .effect = always_changes};
}

}  // namespace aistack::cli
