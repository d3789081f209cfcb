#include "operations/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/open_to_look.hpp"
#include "cli/render/error.hpp"
#include "cli/render/json.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"
#include "operations/context.hpp"

namespace aistack::cli {
namespace {

using operations::Catalog;
using operations::CatalogEntry;

std::vector<std::string> texts(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::string> all;
  for (const auto& path : paths) all.push_back(path.string());
  return all;
}

nlohmann::ordered_json json(const Catalog& catalog) {
  auto services = nlohmann::ordered_json::array();
  for (const auto& entry : catalog.entries())
    services.push_back({{"service", entry.name},
                        {"title", entry.spec().title},
                        {"profiles", entry.spec().profiles},
                        {"image", entry.main().image},
                        {"files", texts(entry.files)}});
  auto broken = nlohmann::ordered_json::array();
  for (const auto& entry : catalog.broken())
    broken.push_back(
        {{"service", entry.name}, {"files", texts(entry.files)}, {"why", entry.error.why}});
  return {{"services", std::move(services)}, {"broken", std::move(broken)}};
}

Task<int> run_catalog(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(const auto* context, open_to_look(session));
  const auto& catalog = context->catalog;
  if (arguments.flag("--names")) {
    for (const auto& entry : catalog.entries()) session.output.write_line(entry.name);
    co_return kExitDone;
  }
  if (arguments.flag("--profiles")) {
    for (const auto& profile : catalog.profiles()) session.output.write_line(profile);
    co_return kExitDone;
  }
  if (session.options.json) {
    print_json(session.output, json(catalog));
    co_return kExitDone;
  }
  Table table{{{"SERVICE", Table::Align::left, std::nullopt},
               {"TITLE"},
               {"PROFILES"},
               {"IMAGE"},
               {"FILE", Table::Align::left, std::nullopt}}};
  for (const auto& entry : catalog.entries())
    table.add({{entry.name},
               {entry.spec().title},
               {join(entry.spec().profiles, " ")},
               entry.main().image,
               join(texts(entry.files), " + ")});
  if (table.empty())
    session.output.write_line("No services in " + join(texts(catalog.directories()), ", "));
  else
    print_table(session.output, table);
  for (const auto& broken : catalog.broken())
    for (const auto& why : split(broken.error.why, '\n'))
      print_note(session.output, fmt::format("{} cannot be used: {}", broken.name, why), false);
  co_return kExitDone;
}

// The generated secrets that the service reads from its env file are shown to nobody.
CatalogEntry without_secrets(CatalogEntry entry) {
  for (auto& service : entry.project.model["services"]) {
    const auto environment = service.find("environment");
    if (environment == service.end()) continue;
    for (const auto& secret : entry.spec().secrets)
      if (const auto value = environment->find(secret.variable);
          value != environment->end() && value->is_string())
        *value = "***";
  }
  return entry;
}

Task<int> run_show(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(const auto* context, open_to_look(session));
  BOOST_OUTCOME_CO_TRY(const auto* entry,
                       context->catalog.find(arguments.value("SERVICE").value_or("")));
  const auto shown = without_secrets(*entry);
  for (const auto& note : entry->project.notes)
    print_note(session.output, to_string(note), session.options.quiet);
  if (session.options.json) {
    print_json(session.output, shown.project.model);
    co_return kExitDone;
  }
  for (const auto& file : entry->files) session.output.write_line("# " + file.string());
  session.output.write(operations::as_yaml(shown));
  co_return kExitDone;
}

}  // namespace

std::vector<Command> catalog_commands() {
  return {{.name = "catalog",
           .group = group::kServices,
           .help = "List the services that can be installed, and from which file",
           .arguments = {flag("--names", "Only the names, one a line"),
                         flag("--profiles", "Only the profiles, one a line")},
           .run = run_catalog},
          {.name = "catalog show",
           .group = group::kServices,
           .help = "Show a service as it takes effect: overrides merged, variables resolved",
           .arguments = {service_argument("Which service").as_required()},
           .run = run_show}};
}

}  // namespace aistack::cli
