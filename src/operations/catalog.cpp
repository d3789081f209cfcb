#include "operations/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "compose/to_yaml.hpp"

namespace aistack::operations {
namespace {

namespace fs = std::filesystem;

// "ollama" of ollama.yaml, ollama.yml, ollama.override.yaml.
struct FileName {
  std::string service;
  bool is_override = false;
};

std::optional<FileName> catalog_file_name(const std::string& file) {
  if (file.starts_with('.')) return std::nullopt;
  for (const std::string_view suffix : {".override.yaml", ".override.yml", ".yaml", ".yml"}) {
    if (file.size() <= suffix.size() || !file.ends_with(suffix)) continue;
    return FileName{file.substr(0, file.size() - suffix.size()), suffix.starts_with(".override")};
  }
  return std::nullopt;
}

struct Files {
  fs::path base;
  std::vector<fs::path> overrides;
};

Result<std::map<std::string, Files>> collect(const CatalogRequest& request) {
  std::map<std::string, Files> found;
  for (const auto& directory : request.directories) {
    BOOST_OUTCOME_TRY(auto names, request.list_directory(directory));
    std::sort(names.begin(), names.end());
    for (const auto& name : names) {
      const auto parsed = catalog_file_name(name);
      if (!parsed) continue;
      auto& files = found[parsed->service];
      if (parsed->is_override)
        files.overrides.push_back(directory / name);
      else
        files.base = directory / name;
    }
  }
  return found;
}

// A directory, a pipe or an endless file in the catalog is a mistake in the catalog.
Error unreadable(Error error) {
  if (error.code == ErrorCode::kIo) error.code = ErrorCode::kBadCatalog;
  return error;
}

Result<CatalogEntry> load_entry(const std::string& name, const std::vector<fs::path>& paths,
                                const CatalogRequest& request) {
  compose::LoadRequest load{
      .files = {}, .environment = request.environment, .read_file = request.read_file};
  for (const auto& path : paths) {
    auto text = request.read_file(path);
    if (!text) return unreadable(std::move(text).error());
    if (!text.value())
      return Error{ErrorCode::kBadCatalog,
                   path.string() + ": is a link to a file that does not exist; delete the link"};
    load.files.push_back({path, std::move(*text.value())});
  }
  BOOST_OUTCOME_TRY(auto project, compose::load(load));
  if (project.services.empty())
    return Error{ErrorCode::kBadCatalog,
                 fmt::format("{}:1: the file describes no service that would run; write one below "
                             "services:, or take its profiles: away",
                             paths.front().string())};
  return CatalogEntry{name, paths, std::move(project)};
}

Error broken_error(const BrokenEntry& entry) {
  return with_what(entry.error, fmt::format("cannot use the catalog file of {}", entry.name));
}

}  // namespace

const compose::ComposeService& CatalogEntry::main() const {
  for (const auto& service : project.services)
    if (service.name == spec().main) return service;
  return project.services.front();  // the loader refuses a file without services
}

Catalog::Catalog(std::vector<CatalogEntry> entries, std::vector<BrokenEntry> broken,
                 std::vector<fs::path> directories)
    : entries_(std::move(entries)),
      broken_(std::move(broken)),
      directories_(std::move(directories)) {}

Result<const CatalogEntry*> Catalog::find(const std::string& name) const {
  for (const auto& entry : entries_)
    if (entry.name == name) return &entry;
  for (const auto& entry : broken_)
    if (entry.name == name) return broken_error(entry);
  std::vector<std::string> names;
  for (const auto& entry : entries_) names.push_back(entry.name);
  for (const auto& entry : broken_) names.push_back(entry.name);
  Error error{ErrorCode::kUnknownService,
              names.empty() ? "the catalog is empty" : "the catalog has " + join(names, ", ")};
  error.what = fmt::format("there is no service \"{}\"", printable(name, 80));
  if (const auto near = nearest(name, names))
    error.next = {fmt::format("did you mean {}?", *near)};
  else
    error.next = {"aistack catalog"};
  return error;
}

Result<std::vector<std::string>> Catalog::profile(const std::string& name) const {
  std::vector<std::pair<int, std::string>> members;
  for (const auto& entry : entries_) {
    const auto& profiles = entry.spec().profiles;
    if (std::find(profiles.begin(), profiles.end(), name) != profiles.end())
      members.emplace_back(entry.spec().update_order, entry.name);
  }
  // A file that cannot be read does not say which profiles it is in; leaving it out silently
  // would install less than what was asked for.
  if (!broken_.empty()) return broken_error(broken_.front());
  if (members.empty()) {
    Error error{ErrorCode::kUsage, "the catalog has the profiles " + join(profiles(), ", ")};
    error.what = fmt::format("there is no profile \"{}\"", printable(name, 80));
    if (const auto near = nearest(name, profiles()))
      error.next = {fmt::format("did you mean {}?", *near)};
    return error;
  }
  std::sort(members.begin(), members.end());
  std::vector<std::string> names;
  for (auto& [order, member] : members) names.push_back(std::move(member));
  return names;
}

std::vector<std::string> Catalog::profiles() const {
  std::set<std::string> all;
  for (const auto& entry : entries_)
    all.insert(entry.spec().profiles.begin(), entry.spec().profiles.end());
  return {all.begin(), all.end()};
}

std::string as_yaml(const CatalogEntry& entry) {
  return compose::to_yaml(entry.project.model);
}

Result<Catalog> load_catalog(const CatalogRequest& request) {
  BOOST_OUTCOME_TRY(const auto found, collect(request));
  std::vector<CatalogEntry> entries;
  std::vector<BrokenEntry> broken;
  for (const auto& [name, files] : found) {
    if (files.base.empty()) {
      Error error{ErrorCode::kBadCatalog,
                  fmt::format("{}: there is no {}.yaml that it could override",
                              files.overrides.front().string(), name)};
      broken.push_back({name, files.overrides, std::move(error)});
      continue;
    }
    std::vector<fs::path> paths{files.base};
    paths.insert(paths.end(), files.overrides.begin(), files.overrides.end());
    auto entry = load_entry(name, paths, request);
    if (entry)
      entries.push_back(std::move(entry).value());
    else
      broken.push_back({name, paths, std::move(entry).error()});
  }
  return Catalog{std::move(entries), std::move(broken), request.directories};
}

}  // namespace aistack::operations
