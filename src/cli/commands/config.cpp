#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

std::optional<std::filesystem::path> file_of(const Arguments& arguments) {
  if (const auto file = arguments.value("FILE")) return std::filesystem::path{*file};
  return std::nullopt;
}

std::string source_of(const domain::SettingRow& row) {
  return row.source ? fmt::format("{}:{}", row.source->file.string(), row.source->line) : "default";
}

std::vector<std::string> names_of(const std::vector<std::filesystem::path>& files) {
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.string());
  return names;
}

Task<int> run_test(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(const auto settings, session.read_settings(file_of(arguments)));
  const auto files = names_of(settings.files);
  if (session.options.json) {
    print_json(session.output,
               nlohmann::ordered_json{
                   {"valid", true}, {"files", files}, {"keys", settings.sources.size()}});
  } else if (files.empty()) {
    session.output.write_line("There is no configuration file; every setting has its default.");
  } else {
    session.output.write_line(fmt::format("{}: valid, {} set", printable(join(files, ", ")),
                                          settings.sources.size() == 1
                                              ? std::string{"1 key"}
                                              : fmt::format("{} keys", settings.sources.size())));
  }
  co_return 0;
}

Task<int> run_show(Session& session, const Arguments&) {
  BOOST_OUTCOME_CO_TRY(const auto settings, session.read_settings(std::nullopt));
  const auto rows = domain::setting_rows(settings);
  if (session.options.json) {
    nlohmann::ordered_json document{{"files", names_of(settings.files)},
                                    {"settings", nlohmann::ordered_json::object()}};
    for (const auto& row : rows)
      document["settings"][row.key] = {{"value", row.json}, {"source", source_of(row)}};
    print_json(session.output, document);
    co_return 0;
  }
  Table table({{"KEY", Table::Align::left, std::nullopt}, {"VALUE"}, {"FROM"}});
  for (const auto& row : rows)
    table.add({row.key,
               row.value.empty() ? "-" : row.value,
               {source_of(row), row.source ? Style::plain : Style::dim}});
  print_table(session.output, table);
  co_return 0;
}

}  // namespace

std::vector<Command> config_commands() {
  return {{.name = "config show",
           .group = group::kSystem,
           .help = "Show every setting and where it comes from",
           .run = run_show},
          {.name = "config test",
           .group = group::kSystem,
           .help = "Check the configuration, or one file",
           .arguments = {positional("FILE", "The file to check instead of the usual ones")
                             .with_completion(Argument::Completes::file)},
           .examples = {"aistack config test ./config.yaml"},
           .run = run_test}};
}

}  // namespace aistack::cli
