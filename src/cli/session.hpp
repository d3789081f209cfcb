#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "domain/settings.hpp"

namespace aistack::operations {
struct Context;
}
namespace aistack::ports {
class Archives;
class Background;
class FileReader;
class SettingsDatabase;
}  // namespace aistack::ports

namespace aistack::cli {

// What a command gets besides its arguments. Nothing is opened or read before a command asks for
// it: `version` and `help` touch no file.
struct Session {
  GlobalOptions options;
  Output& output;
  std::map<std::string, std::string> environment;
  // Settings, catalog, adapters: everything that an operation needs. The first call does the
  // work; the context lives as long as the session.
  std::function<Result<operations::Context*>()> open;
  // The same for commands that must work when something is broken: a configuration, versions.lock
  // or engine address that cannot be used is appended to `problems`, and the defaults stand in.
  std::function<Result<operations::Context*>(std::vector<Error>& problems)> open_anyway;
  // Threads for work that may block; after one of the calls above.
  std::function<std::shared_ptr<ports::Background>()> background;
  // What `diag` writes with, and reads large files with.
  std::function<std::shared_ptr<ports::Archives>()> archives;
  std::function<std::shared_ptr<ports::FileReader>()> files;
  // What `backend` reads and changes the UI's settings with.
  std::function<std::shared_ptr<ports::SettingsDatabase>()> stored_settings;
  // The settings alone: of `file`, or of the usual files (or --config) without one. kBadConfig.
  std::function<Result<domain::EffectiveSettings>(const std::optional<std::filesystem::path>& file)>
      read_settings;
};

}  // namespace aistack::cli
