#include "operations/versions.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/render/error.hpp"
#include "cli/render/json.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

using operations::ServiceVersion;
using operations::VersionsReport;

nlohmann::ordered_json json(const VersionsReport& report) {
  auto services = nlohmann::ordered_json::array();
  for (const auto& version : report.services)
    services.push_back(
        {{"service", version.service},
         {"image", version.image},
         {"digest", version.digest ? nlohmann::ordered_json(*version.digest) : nullptr},
         {"image_id", version.image_id},
         {"locked", version.locked ? nlohmann::ordered_json(*version.locked) : nullptr},
         {"running_locked", version.running_locked}});
  return {{"mode", to_string(report.mode)},
          {"lock_file", report.lock_file},
          {"lock_exists", report.lock_exists},
          {"services", std::move(services)}};
}

// On a terminal the first 12 digits of a digest stand for it; the repository is in another column.
std::string shortened(const std::string& reference, bool terminal) {
  constexpr std::string_view kDigest = "sha256:";
  constexpr std::size_t kDigits = 12;
  const auto digest = reference.rfind(kDigest);
  if (!terminal || digest == std::string::npos) return reference;
  return reference.substr(digest + kDigest.size(), kDigits);
}

std::string lock_column(const ServiceVersion& version, bool terminal) {
  if (!version.locked) return "-";
  return shortened(*version.locked, terminal) + (version.running_locked ? "" : "  (not what runs)");
}

void print(Session& session, const VersionsReport& report) {
  const bool pinned = report.mode == domain::UpdateMode::pinned;
  session.output.write_line(fmt::format(
      "mode={}   {}", to_string(report.mode),
      pinned ? "(updates are refused: updates.mode)" : "(updates take the newest image)"));
  session.output.write_line(
      fmt::format("lock={}{}", report.lock_file, report.lock_exists ? "" : "   (does not exist)"));
  if (report.services.empty()) {
    session.output.write_line("No services installed");
    return;
  }
  session.output.write_line("");
  Table table({{"SERVICE", Table::Align::left, std::nullopt},
               {"IMAGE"},
               {"DIGEST", Table::Align::left, std::nullopt},
               {"LOCKED"}});
  const bool terminal = session.output.terminal(Stream::out).is_terminal;
  for (const auto& version : report.services)
    table.add({version.service, version.image,
               shortened(version.digest.value_or(version.image_id), terminal),
               lock_column(version, terminal)});
  print_table(session.output, table);
  for (const auto& version : report.services)
    if (version.locked && !version.running_locked)
      print_note(session.output,
                 fmt::format("{} does not run what versions.lock says: aistack start {}",
                             version.service, version.service),
                 session.options.quiet);
}

Task<int> run_versions(Session& session, const Arguments&) {
  BOOST_OUTCOME_CO_TRY(auto* context, session.open());
  BOOST_OUTCOME_CO_TRY(const auto report, co_await operations::versions(*context));
  if (session.options.json)
    print_json(session.output, json(report));
  else
    print(session, report);
  co_return kExitDone;
}

Task<int> run_lock(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(auto* context, session.open());
  BOOST_OUTCOME_CO_TRY(const auto report,
                       co_await operations::lock_versions(*context, arguments.values("SERVICE")));
  if (session.options.json) {
    print_json(session.output, nlohmann::ordered_json{{"lock_file", report.lock_file},
                                                      {"references", report.references}});
    co_return kExitDone;
  }
  if (report.references.empty()) session.output.write_line("No services installed");
  for (const auto& [service, reference] : report.references)
    session.output.write_line(fmt::format("{}:{}", service, reference));
  if (!report.references.empty())
    print_note(session.output, "written to " + report.lock_file, session.options.quiet);
  co_return kExitDone;
}

}  // namespace

std::vector<Command> versions_commands() {
  return {{.name = "versions",
           .group = group::kServices,
           .help = "Show which images run, the update mode and what versions.lock says",
           .run = run_versions},
          {.name = "versions lock",
           .group = group::kServices,
           .help = "Write the images that run now to versions.lock",
           .arguments = {positionals("SERVICE", "Which services (default: all)")
                             .with_completion(Argument::Completes::service)},
           .notes = {"From then on install, start, update and repair use exactly these images. "
                     "To go on, edit or remove the service's line."},
           .run = run_lock,
           .effect = always_changes}};
}

}  // namespace aistack::cli
