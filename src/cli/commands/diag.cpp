#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/error.hpp"
#include "cli/render/json.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"
#include "operations/diagnose.hpp"

namespace aistack::cli {
namespace {

using operations::DiagnoseReport;
namespace fs = std::filesystem;

// "aistack-diag-20261123-100000.zip"
std::string usual_name(Time now) {
  auto time = to_iso8601(now);
  std::erase_if(time, [](char c) { return c == '-' || c == ':' || c == 'Z'; });
  std::replace(time.begin(), time.end(), 'T', '-');
  return fmt::format("aistack-diag-{}.zip", time);
}

fs::path output_path(const Arguments& arguments, operations::Context& context) {
  const auto name = usual_name(context.clock.now());
  const fs::path path = arguments.value("--output").value_or(name);
  return context.host.exists(path / ".") ? path / name : path;
}

nlohmann::ordered_json json(const DiagnoseReport& report) {
  auto files = nlohmann::ordered_json::array();
  for (const auto& file : report.files)
    files.push_back({{"name", file.name},
                     {"bytes", file.bytes},
                     {"sha256", file.sha256},
                     {"redacted", file.redacted},
                     {"note", file.note}});
  auto missing = nlohmann::ordered_json::array();
  for (const auto& part : report.missing)
    missing.push_back({{"part", part.part}, {"why", part.why}});
  return {{"path", report.path.string()},
          {"bytes", report.bytes},
          {"redacted", report.redacted},
          {"files", std::move(files)},
          {"missing", std::move(missing)}};
}

struct Group {
  std::string name;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t redacted = 0;
};

// The files of each folder together; those at the top one by one.
std::vector<Group> groups(const DiagnoseReport& report) {
  std::vector<Group> all;
  for (const auto& file : report.files) {
    const auto slash = file.name.find('/');
    const auto name = slash == std::string::npos ? file.name : file.name.substr(0, slash + 1);
    auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& g) { return g.name == name; });
    if (found == all.end()) found = all.insert(all.end(), Group{.name = name});
    ++found->files;
    found->bytes += file.bytes;
    found->redacted += file.redacted;
  }
  return all;
}

std::string advice(std::uint64_t redacted) {
  const auto* const look =
      "what nothing marks as a secret stays: look through it before you post it";
  if (redacted == 0) return fmt::format("no secret was found to take out; {}", look);
  if (redacted == 1) return fmt::format("*** stands for the secret that was found; {}", look);
  return fmt::format("*** stands for each of the {} secrets that were found; {}", redacted, look);
}

void print(Session& session, const DiagnoseReport& report) {
  auto& output = session.output;
  output.write_line(fmt::format("{} ({})", report.path.string(), human_bytes(report.bytes)));
  output.write_line("");
  Table table{{{"CONTENT", Table::Align::left, std::nullopt},
               {"FILES", Table::Align::right, std::nullopt},
               {"SIZE", Table::Align::right, std::nullopt},
               {"SECRETS", Table::Align::right, std::nullopt}}};
  for (const auto& group : groups(report))
    table.add({group.name, std::to_string(group.files), human_bytes(group.bytes),
               std::to_string(group.redacted)});
  print_table(output, table);
  for (const auto& file : report.files)
    if (!file.note.empty())
      print_note(output, fmt::format("{}: {}", file.name, file.note), session.options.quiet);
  for (const auto& part : report.missing)
    print_note(output, fmt::format("missing: {}: {}", part.part, part.why), session.options.quiet);
  print_note(output, advice(report.redacted), session.options.quiet);
}

Task<int> run_diag(Session& session, const Arguments& arguments) {
  operations::DiagnoseRequest request{.output = {}, .settings = {}, .problems = {}};
  BOOST_OUTCOME_CO_TRY(auto* context, session.open_anyway(request.problems));
  request.output = output_path(arguments, *context);
  request.logs = !arguments.flag("--no-logs");
  request.configuration = !arguments.flag("--no-config");
  if (const auto settings = session.read_settings(std::nullopt))
    request.settings = domain::setting_rows(settings.value());
  const auto archives = session.archives();
  const auto files = session.files();
  const operations::DiagnoseTools tools{*archives, *files};
  BOOST_OUTCOME_CO_TRY(const auto report, co_await operations::diagnose(*context, tools, request));
  if (session.options.json)
    print_json(session.output, json(report));
  else
    print(session, report);
  co_return kExitDone;
}

}  // namespace

Command diag_command() {
  return {
      .name = "diag",
      .group = group::kSystem,
      .help = "Write a support bundle: health, versions, configuration and logs, without secrets",
      .arguments = {option("--output", "FILE",
                           "Where to (default aistack-diag-DATE-TIME.zip in this directory)")
                        .with_short("-o")
                        .with_completion(Argument::Completes::file),
                    flag("--no-logs", "Leave the logs out"),
                    flag("--no-config", "Leave the configuration and the catalog out")},
      .notes = {"Works with a broken configuration and without the engine too: what is missing "
                "then, and why, stands in diag_manifest.json. A file that is there is not "
                "overwritten."},
      .examples = {"aistack diag", "aistack diag --output /tmp/aistack-diag.zip --no-logs"},
      .run = run_diag};
}

}  // namespace aistack::cli
