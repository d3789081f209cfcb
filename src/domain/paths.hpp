#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace aistack::domain {

struct ConfigFile {
  std::filesystem::path path;
  bool required = false;  // named by the user: it must exist
};

// Where everything lies; all absolute.
struct Paths {
  std::vector<ConfigFile> config_files;  // merged, the later wins
  std::filesystem::path versions_lock;
  std::vector<std::filesystem::path> compose_directories;  // the catalog, the later wins
  std::filesystem::path state;
  std::filesystem::path secrets;
  std::filesystem::path volumes;  // the default of volumes.root
  std::filesystem::path log;
  std::filesystem::path run;

  std::filesystem::path program_log() const { return log / "aistack.log"; }
  std::filesystem::path events_log() const { return log / "events.log"; }
};

struct PathsInput {
  std::map<std::string, std::string> environment;
  bool is_root = false;
  std::filesystem::path working_directory;   // what relative overrides are relative to
  std::optional<std::string> config_option;  // --config FILE; wins over AISTACK_CONFIG
};

// The system's directories for root, XDG directories for everybody else (who still read the
// catalog and the configuration of the system), and the AISTACK_* overrides over both. An empty
// variable counts as unset, a relative XDG one too (its specification says so).
//
// kUsage: without root, a path is needed that neither HOME nor a variable of its own gives.
Result<Paths> resolve_paths(const PathsInput& input);

}  // namespace aistack::domain
