#include "operations/remove.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/session.hpp"

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

Task<int> run_remove(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(auto* context, session.open());
  const bool purge = arguments.flag("--purge");
  auto documents = nlohmann::ordered_json::array();
  for (const auto& service : arguments.values("SERVICE")) {
    BOOST_OUTCOME_CO_TRY(
        const auto report,
        co_await operations::remove(
            *context, service, purge ? operations::PurgeData::yes : operations::PurgeData::no));
    documents.push_back({{"service", report.service},
                         {"was_installed", report.was_installed},
                         {"containers", report.containers},
                         {"networks", report.networks},
                         {"volumes", report.volumes},
                         {"kept_volumes", report.kept_volumes},
                         {"kept_models", report.kept_models},
                         {"next", report.next},
                         {"freed_bytes", report.freed_bytes}});
    if (!session.options.json && !session.options.quiet)
      session.output.write_line(text(report, purge));
  }
  if (session.options.json)
    print_json(session.output, nlohmann::ordered_json{{"services", std::move(documents)}});
  co_return 0;
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
