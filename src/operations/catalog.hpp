#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "compose/project.hpp"

namespace aistack::operations {

// One service that can be installed: a Compose file with its overrides merged in.
struct CatalogEntry {
  std::string name;
  std::vector<std::filesystem::path> files;  // the base first, then its overrides
  compose::Project project;

  const domain::ServiceSpec& spec() const { return project.spec; }
  // The container that health, logs and probes mean.
  const compose::ComposeService& main() const;
};

// A file that cannot be used. The other services are not affected.
struct BrokenEntry {
  std::string name;
  std::vector<std::filesystem::path> files;
  Error error;
};

// Every service that can be installed, by name.
class Catalog {
 public:
  Catalog(std::vector<CatalogEntry> entries, std::vector<BrokenEntry> broken,
          std::vector<std::filesystem::path> directories);

  const std::vector<CatalogEntry>& entries() const { return entries_; }
  const std::vector<BrokenEntry>& broken() const { return broken_; }
  const std::vector<std::filesystem::path>& directories() const { return directories_; }

  // kUnknownService with "did you mean"; kBadCatalog when its file cannot be used.
  Result<const CatalogEntry*> find(const std::string& name) const;
  // The services of a profile in the order in which they are updated. kUsage: no such profile;
  // kBadCatalog: the file of a service that may belong to it cannot be used.
  Result<std::vector<std::string>> profile(const std::string& name) const;
  std::vector<std::string> profiles() const;  // sorted

 private:
  std::vector<CatalogEntry> entries_;
  std::vector<BrokenEntry> broken_;
  std::vector<std::filesystem::path> directories_;
};

struct CatalogRequest {
  // Later directories add services or replace one by name. NAME.override.yaml, in whichever
  // directory, merges over NAME.yaml.
  std::vector<std::filesystem::path> directories;
  std::map<std::string, std::string> environment;  // for the files' variables
  // File names in a directory; empty when it does not exist.
  std::function<Result<std::vector<std::string>>(const std::filesystem::path&)> list_directory;
  std::function<Result<std::optional<std::string>>(const std::filesystem::path&)> read_file;
};

// The service as it takes effect (overrides merged, variables resolved), as YAML.
std::string as_yaml(const CatalogEntry& entry);

// Reads the catalog. An Error only when a directory cannot be read; a bad file is in `broken`.
Result<Catalog> load_catalog(const CatalogRequest& request);

}  // namespace aistack::operations
