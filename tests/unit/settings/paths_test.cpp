#include <gtest/gtest.h>

#include "domain/paths.hpp"

namespace aistack::domain {
namespace {

std::vector<std::string> names(const std::vector<ConfigFile>& files) {
  std::vector<std::string> result;
  for (const auto& file : files) result.push_back(file.path.string());
  return result;
}

PathsInput root() {
  return {.environment = {{"HOME", "/root"}}, .is_root = true, .working_directory = "/work"};
}
PathsInput user() {
  return {.environment = {{"HOME", "/home/u"}}, .is_root = false, .working_directory = "/work"};
}

TEST(Paths, AreTheSystemsForRoot) {
  const auto paths = resolve_paths(root()).value();
  EXPECT_EQ(names(paths.config_files),
            (std::vector<std::string>{"/etc/aistack/config.yaml", "/root/.aistack/config.yaml"}));
  EXPECT_EQ(paths.versions_lock, "/etc/aistack/versions.lock");
  EXPECT_EQ(paths.compose_directories, (std::vector<std::filesystem::path>{
                                           "/usr/share/aistack/compose", "/etc/aistack/compose"}));
  EXPECT_EQ(paths.state, "/var/lib/aistack");
  EXPECT_EQ(paths.secrets, "/var/lib/aistack/secrets");
  EXPECT_EQ(paths.volumes, "/var/lib/aistack/volumes");
  EXPECT_EQ(paths.events_log(), "/var/log/aistack/events.log");
  EXPECT_EQ(paths.run, "/run/aistack");
}

TEST(Paths, AreXdgDirectoriesForOthers) {
  const auto paths = resolve_paths(user()).value();
  EXPECT_EQ(
      names(paths.config_files),
      (std::vector<std::string>{"/etc/aistack/config.yaml", "/home/u/.config/aistack/config.yaml",
                                "/home/u/.aistack/config.yaml"}));
  EXPECT_EQ(paths.compose_directories.back(), "/home/u/.config/aistack/compose");
  EXPECT_EQ(paths.state, "/home/u/.local/state/aistack");
  EXPECT_EQ(paths.log, "/home/u/.local/state/aistack/log");
  EXPECT_EQ(paths.run, "/home/u/.local/state/aistack/run");

  auto input = user();
  input.environment["XDG_STATE_HOME"] = "/s";
  input.environment["XDG_CONFIG_HOME"] = "relative";  // ignored
  input.environment["XDG_RUNTIME_DIR"] = "/run/user/1000";
  const auto other = resolve_paths(input).value();
  EXPECT_EQ(other.state, "/s/aistack");
  EXPECT_EQ(other.versions_lock, "/home/u/.config/aistack/versions.lock");
  EXPECT_EQ(other.run, "/s/aistack/run");  // with or without a session
}

TEST(Paths, FollowTheOverrides) {
  for (auto input : {root(), user()}) {
    input.environment.insert({{"AISTACK_STATE_DIR", "state"},
                              {"AISTACK_LOG_DIR", "/l/"},
                              {"AISTACK_RUN_DIR", "/r"},
                              {"AISTACK_VERSIONS_LOCK", "/v.lock"},
                              {"AISTACK_COMPOSE_DIR", "/one::two"},
                              {"AISTACK_CONFIG", "c.yaml"}});
    const auto paths = resolve_paths(input).value();
    EXPECT_EQ(paths.state, "/work/state");
    EXPECT_EQ(paths.secrets, "/work/state/secrets");
    EXPECT_EQ(paths.log, "/l");
    EXPECT_EQ(paths.run, "/r");
    EXPECT_EQ(paths.versions_lock, "/v.lock");
    EXPECT_EQ(paths.compose_directories, (std::vector<std::filesystem::path>{"/one", "/work/two"}));
    ASSERT_EQ(paths.config_files.size(), 1U);
    EXPECT_EQ(paths.config_files[0].path, "/work/c.yaml");
    EXPECT_TRUE(paths.config_files[0].required);
    input.config_option = "/option.yaml";
    EXPECT_EQ(names(resolve_paths(input).value().config_files),
              std::vector<std::string>{"/option.yaml"});
  }
}

TEST(Paths, NeedNoHomeForRootAndSayWhatOthersLack) {
  auto input = root();
  input.environment = {{"AISTACK_CONFIG", ""}};
  EXPECT_EQ(names(resolve_paths(input).value().config_files),
            std::vector<std::string>{"/etc/aistack/config.yaml"});

  input = user();
  input.environment.clear();
  const auto paths = resolve_paths(input);
  ASSERT_FALSE(paths);
  EXPECT_EQ(paths.error().code, ErrorCode::kUsage);
  EXPECT_EQ(paths.error().why, "HOME is not set, nor is AISTACK_STATE_DIR");

  input.environment = {{"AISTACK_STATE_DIR", "/s"}};
  const auto enough = resolve_paths(input);
  ASSERT_TRUE(enough);
  EXPECT_EQ(enough.value().versions_lock, "/s/versions.lock");
  EXPECT_EQ(enough.value().log, "/s/log");
}

}  // namespace
}  // namespace aistack::domain
