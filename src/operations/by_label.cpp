#include "operations/by_label.hpp"

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "operations/service_record.hpp"

namespace aistack::operations {
namespace {

// "/etc/aistack/compose/web.yaml" is a file of `web`, also "web.override.yaml".
bool is_file_of(const Catalog& catalog, const std::string& service,
                const std::filesystem::path& file) {
  const auto& directories = catalog.directories();
  if (std::find(directories.begin(), directories.end(), file.parent_path()) == directories.end())
    return false;
  auto stem = file.stem();
  if (stem.extension() == ".override") stem = stem.stem();
  return stem == service;
}

}  // namespace

bool tells_of(const Catalog& catalog, const std::string& service, const Labels& labels) {
  if (const auto named = value_of(labels, kServiceLabel); !named.empty()) return named == service;
  const auto files = split(value_of(labels, kComposeFiles), ',');
  return std::any_of(files.begin(), files.end(),
                     [&](const auto& file) { return is_file_of(catalog, service, file); });
}

Result<> require_known(const Context& context, const std::string& service) {
  const auto found = context.catalog.find(service);
  if (found) return ok();
  BOOST_OUTCOME_TRY(const auto recorded, recorded_services(context.state));
  const bool installed = std::find(recorded.begin(), recorded.end(), service) != recorded.end();
  if (installed) return ok();
  return found.error();
}

Task<std::vector<ports::ContainerSummary>> labelled_containers(Context& context,
                                                               std::string service) {
  BOOST_OUTCOME_CO_TRY(auto containers, co_await context.engine.list_containers({}));
  std::erase_if(containers, [&](const auto& container) {
    return !tells_of(context.catalog, service, container.labels);
  });
  std::sort(containers.begin(), containers.end(),
            [](const auto& a, const auto& b) { return a.created > b.created; });
  co_return containers;
}

Task<std::vector<std::string>> labelled_networks(Context& context, std::string service) {
  BOOST_OUTCOME_CO_TRY(const auto all, co_await context.engine.list_networks());
  std::vector<std::string> names;
  for (const auto& network : all)
    if (network.name == kStackNetwork || value_of(network.labels, kNetworkLabel) == service)
      names.push_back(network.name);
  co_return names;
}

Task<std::vector<std::string>> labelled_volumes(Context& context, std::string service) {
  BOOST_OUTCOME_CO_TRY(const auto all, co_await context.engine.list_volumes());
  std::vector<std::string> names;
  for (const auto& volume : all)
    if (value_of(volume.labels, kVolumeLabel) == service) names.push_back(volume.name);
  co_return names;
}

}  // namespace aistack::operations
