#include "operations/purge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/question.hpp"
#include "cli/render/error.hpp"
#include "cli/render/json.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

using operations::PurgeInventory;
using operations::PurgeRemnant;
using operations::PurgeReport;
using operations::PurgeVolume;

constexpr std::size_t kLongestName = 64;  // a volume without a name has an id instead

std::string row(const char* title, const std::string& text) {
  return text.empty() ? "" : fmt::format("  {:<14} {}\n", title, text);
}

std::string names_of(const std::vector<ports::ContainerSummary>& containers) {
  std::vector<std::string> names;
  for (const auto& container : containers) names.push_back(container.name);
  return join(names, ", ");
}

std::string names_of(const std::vector<PurgeVolume>& volumes) {
  std::vector<std::string> names;
  std::size_t nameless = 0;
  for (const auto& volume : volumes) {
    if (volume.name.size() >= kLongestName)
      ++nameless;
    else
      names.push_back(fmt::format("{} ({})", volume.name, human_bytes(volume.bytes)));
  }
  if (nameless > 0) names.push_back(fmt::format("{} without a name", nameless));
  return join(names, ", ");
}

std::string names_of(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::string> names;
  for (const auto& path : paths) names.push_back(printable(path.string()));
  return join(names, ", ");
}

std::string documents(const std::vector<std::filesystem::path>& paths) {
  if (paths.empty()) return "";
  return fmt::format("{} ({} file{})", printable(paths.front().parent_path().string()),
                     paths.size(), paths.size() == 1 ? "" : "s");
}

std::string remnants(const std::vector<PurgeRemnant>& list) {
  std::string text;
  for (const auto& each : list) {
    text += fmt::format("  {} {}: {}\n", each.kind, printable(each.name), printable(each.why));
    for (const auto& next : each.next) text += fmt::format("    {}\n", printable(next));
  }
  return text;
}

std::string lost(const PurgeInventory& found, bool configs) {
  auto text = std::string{"This removes everything of aistack's from this machine:\n"};
  text += row("containers", names_of(found.containers));
  text += row("volumes", names_of(found.volumes));
  if (!found.volumes.empty())
    text += row("", fmt::format("with their data: {} of models, chats and settings",
                                human_bytes(found.volume_bytes())));
  text += row("old data", names_of(found.data));
  text += row("networks", join(found.networks, ", "));
  text += row("state", documents(found.state));
  text += row("secrets", names_of(found.secrets));
  text += row("logs", documents(found.logs));
  text += row("configuration",
              configs ? names_of(found.configs) : "stays (--remove-configs removes it too)");
  text += row("images", "stay (docker image prune -a removes what nothing uses)");
  if (!found.kept.empty()) text += "Not part of it, and not touched:\n" + remnants(found.kept);
  return text;
}

Error not_confirmed(std::string why) {
  Error error{ErrorCode::kUsage, std::move(why)};
  error.what = "the purge was not confirmed";
  error.state = kNothingChanged;
  return error;
}

Task<> confirm(Session& session, const PurgeInventory& found, bool configs) {
  if (session.options.yes) co_return ok();
  if (!can_ask(session.output)) {
    auto error = not_confirmed("there is no terminal to ask at");
    error.next = {configs ? "aistack purge --all --remove-configs --yes"
                          : "aistack purge --all --yes"};
    co_return error;
  }
  const std::string first = lost(found, configs) + "Remove all of this? [y/N] ";
  BOOST_OUTCOME_CO_TRY(const auto answer, co_await ask(session.output, first));
  if (answer != "y" && answer != "Y" && answer != "yes")
    co_return not_confirmed("the answer was no");
  const std::string second = "There is no way back. To go on, type the word purge: ";
  BOOST_OUTCOME_CO_TRY(const auto word, co_await ask(session.output, second));
  if (word != "purge") co_return not_confirmed("the word was not typed");
  co_return ok();
}

std::string text(const PurgeReport& report) {
  if (report.containers.empty() && report.volumes.empty() && report.networks.empty() &&
      report.paths.empty() && report.leftovers.empty())
    return "Nothing of aistack's was found.\n" +
           (report.kept.empty() ? "" : "Not touched:\n" + remnants(report.kept));
  auto text = std::string{"Removed:\n"};
  text += row("containers", join(report.containers, ", "));
  text += row("networks", join(report.networks, ", "));
  text += row("volumes", names_of(report.volumes));
  if (!report.volumes.empty()) text += row("freed", human_bytes(report.freed_bytes));
  for (const auto& path : report.paths) text += row("", printable(path));
  if (!report.images.empty()) text += "Images stay: " + join(report.images, ", ") + "\n";
  if (!report.kept.empty()) text += "Not touched:\n" + remnants(report.kept);
  if (report.leftovers.empty()) return text + "Nothing is left over.\n";
  return text + "Left over:\n" + remnants(report.leftovers);
}

nlohmann::ordered_json json(const std::vector<PurgeRemnant>& list) {
  auto array = nlohmann::ordered_json::array();
  for (const auto& each : list)
    array.push_back(
        {{"kind", each.kind}, {"name", each.name}, {"why", each.why}, {"next", each.next}});
  return array;
}

nlohmann::ordered_json json(const PurgeReport& report) {
  auto volumes = nlohmann::ordered_json::array();
  for (const auto& volume : report.volumes)
    volumes.push_back({{"name", volume.name}, {"bytes", volume.bytes}});
  return {{"clean", report.leftovers.empty()},
          {"containers", report.containers},
          {"networks", report.networks},
          {"volumes", std::move(volumes)},
          {"paths", report.paths},
          {"freed_bytes", report.freed_bytes},
          {"images_kept", report.images},
          {"not_touched", json(report.kept)},
          {"leftovers", json(report.leftovers)}};
}

// Without the configuration nobody knows where the volumes lie; everything else may be broken.
Result<operations::Context*> open(Session& session) {
  std::vector<Error> problems;
  BOOST_OUTCOME_TRY(auto* context, session.open_anyway(problems));
  for (auto& problem : problems) {
    if (problem.code == ErrorCode::kBadConfig) {
      auto error = with_what(std::move(problem), "cannot purge");
      return unchanged(std::move(error));
    }
    print_note(session.output, problem.why, session.options.quiet);
  }
  return context;
}

Task<int> run_purge(Session& session, const Arguments& arguments) {
  if (!arguments.flag("--all")) {
    Error error{ErrorCode::kUsage, "purge removes everything, and wants to be told so"};
    error.what = "--all is missing";
    error.next = {"aistack purge --all", "aistack remove SERVICE --purge   (one service)"};
    co_return error;
  }
  const bool with_configs = arguments.flag("--remove-configs");
  const auto configs =
      with_configs ? operations::RemoveConfigs::yes : operations::RemoveConfigs::no;
  BOOST_OUTCOME_CO_TRY(auto* context, open(session));
  auto found = co_await operations::purge_inventory(*context, configs);
  if (!found) {
    auto error = with_what(std::move(found).error(), "cannot purge");
    co_return unchanged(std::move(error));
  }
  if (!found.value().empty()) {
    BOOST_OUTCOME_CO_TRY(co_await confirm(session, found.value(), with_configs));
  }
  BOOST_OUTCOME_CO_TRY(const auto report, co_await operations::purge(*context, configs));
  if (session.options.json)
    print_json(session.output, json(report));
  else if (!session.options.quiet || !report.leftovers.empty())
    session.output.write(text(report));
  co_return report.leftovers.empty() ? kExitDone : kExitFailed;
}

Effect effect(const Arguments&) {
  return Effect::erases;
}

}  // namespace

Command purge_command() {
  return {.name = "purge",
          .group = group::kSystem,
          .help = "Remove everything of aistack's: services, data, state, logs",
          .arguments = {flag("--all", "Everything; there is no other kind of purge"),
                        flag("--remove-configs", "Remove the configuration in /etc/aistack too")},
          .notes = {"Removes every container, volume, network, state document, secret and log "
                    "that aistack made; other programs' are never touched, however they are "
                    "named. Images, backups and the installed program stay. What could not be "
                    "removed is listed, and makes the exit code 1.",
                    "Asks twice unless --yes is given."},
          .examples = {"aistack purge --all", "aistack purge --all --remove-configs --yes"},
          .run = run_purge,
          .effect = effect};
}

}  // namespace aistack::cli
