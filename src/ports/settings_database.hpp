#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace aistack::ports {

// The settings that a program keeps in an SQLite file of its own. Two shapes are known, both of
// Open WebUI (its sources, 2026): a row a setting in `config(key TEXT PRIMARY KEY, value JSON,
// updated_at BIGINT)`, and before June 2026 one row `config(id, data JSON, …)` that holds all of
// them as a tree, so that "ollama.base_urls" is data → ollama → base_urls.
class SettingsDatabase {
 public:
  using Values = std::map<std::string, nlohmann::json>;  // by dotted key

  virtual ~SettingsDatabase() = default;
  // The values of these keys; one that is not stored is left out. Works while the program runs.
  // Absent: there is no such file, or nothing was stored in it yet. kCorruptState: it is no
  // database, or of a shape that is not known; kIo, kPermission.
  virtual Result<std::optional<Values>> read(const std::filesystem::path& file,
                                             const std::vector<std::string>& keys) = 0;
  // Stores these values in one transaction and touches nothing else. The program must not run.
  // Errors as above, also when there is nothing to write into (kNotFound); kDiskFull. On an error
  // the file is as it was.
  virtual Result<> write(const std::filesystem::path& file, const Values& values) = 0;
};

}  // namespace aistack::ports
