#include "domain/paths.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace aistack::domain {
namespace {

using std::filesystem::path;

// Answers where one kind of file lies, by variables and the home directory.
class Places {
 public:
  explicit Places(const PathsInput& input) : input_(input) {
    const auto home = variable("HOME");
    if (home && home->starts_with('/')) home_ = *home;
  }

  std::optional<std::string> variable(const std::string& name) const {
    const auto found = input_.environment.find(name);
    if (found == input_.environment.end() || found->second.empty()) return std::nullopt;
    return found->second;
  }

  path absolute(const std::string& text) const {
    auto whole = (input_.working_directory / text).lexically_normal();
    return whole.has_filename() || !whole.has_relative_path() ? whole : whole.parent_path();
  }

  std::optional<path> home(const path& below) const {
    if (!home_) return std::nullopt;
    return *home_ / below;
  }

  // $NAME/aistack, else ~/FALLBACK/aistack.
  std::optional<path> xdg(const std::string& name, const path& fallback) const {
    const auto value = variable(name);
    if (value && value->starts_with('/')) return path{*value} / "aistack";
    return home(fallback / "aistack");
  }

  // The override, else the system's for root, else the user's.
  Result<path> choose(const std::string& override_name, const path& system,
                      const std::optional<path>& user) const {
    if (const auto value = variable(override_name)) return absolute(*value);
    if (input_.is_root) return system;
    if (user) return *user;
    return Error{ErrorCode::kUsage,
                 "HOME is not set, nor is " + override_name,
                 "cannot tell where aistack's files lie",
                 {},
                 {"set HOME, or " + override_name + ", or run as root"}};
  }

 private:
  const PathsInput& input_;
  std::optional<path> home_;
};

std::vector<ConfigFile> config_files(const PathsInput& input, const Places& places,
                                     const std::optional<path>& user_config) {
  if (input.config_option) return {{places.absolute(*input.config_option), true}};
  if (const auto value = places.variable("AISTACK_CONFIG"))
    return {{places.absolute(*value), true}};
  std::vector<ConfigFile> files{{"/etc/aistack/config.yaml", false}};
  if (!input.is_root && user_config) files.push_back({*user_config / "config.yaml", false});
  if (const auto file = places.home(".aistack/config.yaml")) files.push_back({*file, false});
  return files;
}

std::vector<path> compose_directories(const PathsInput& input, const Places& places,
                                      const std::optional<path>& user_config) {
  std::vector<path> directories;
  if (const auto value = places.variable("AISTACK_COMPOSE_DIR")) {
    for (const auto& part : split(*value, ':'))
      if (!part.empty()) directories.push_back(places.absolute(part));
    return directories;
  }
  directories = {"/usr/share/aistack/compose", "/etc/aistack/compose"};
  if (!input.is_root && user_config) directories.push_back(*user_config / "compose");
  return directories;
}

}  // namespace

Result<Paths> resolve_paths(const PathsInput& input) {
  const Places places(input);
  const auto user_config = places.xdg("XDG_CONFIG_HOME", ".config");
  const auto user_state = places.xdg("XDG_STATE_HOME", ".local/state");
  const auto below = [](const std::optional<path>& directory, const char* name) {
    return directory ? std::optional<path>{*directory / name} : std::nullopt;
  };

  Paths paths;
  paths.config_files = config_files(input, places, user_config);
  paths.compose_directories = compose_directories(input, places, user_config);
  BOOST_OUTCOME_TRY(paths.state,
                    places.choose("AISTACK_STATE_DIR", "/var/lib/aistack", user_state));
  paths.secrets = paths.state / "secrets";
  paths.volumes = paths.state / "volumes";
  // What only the state directory gives is enough: a user without HOME sets one variable.
  const std::optional<path> state{paths.state};
  BOOST_OUTCOME_TRY(paths.versions_lock,
                    places.choose("AISTACK_VERSIONS_LOCK", "/etc/aistack/versions.lock",
                                  below(user_config ? user_config : state, "versions.lock")));
  BOOST_OUTCOME_TRY(paths.log,
                    places.choose("AISTACK_LOG_DIR", "/var/log/aistack", below(state, "log")));
  // With the state, and not in XDG_RUNTIME_DIR, which a job of cron's does not have: whoever shares
  // the state has to share its locks.
  BOOST_OUTCOME_TRY(paths.run,
                    places.choose("AISTACK_RUN_DIR", "/run/aistack", below(state, "run")));
  return paths;
}

}  // namespace aistack::domain
