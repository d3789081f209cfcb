#include <gtest/gtest.h>

#include <fstream>

#include "adapters/yaml/settings_file.hpp"
#include "support/golden.hpp"

namespace aistack {
namespace {

namespace fs = std::filesystem;
using adapters::yaml::load_settings;
using domain::EffectiveSettings;

// Files that exist only here.
Result<EffectiveSettings> load(const std::map<std::string, std::string>& texts) {
  std::vector<domain::ConfigFile> files;
  for (const auto& [name, text] : texts) files.push_back({name, false});
  return load_settings(files, [&](const fs::path& path) -> Result<std::optional<std::string>> {
    return texts.at(path.string());
  });
}

Result<EffectiveSettings> load_text(const std::string& text) {
  return load({{"config.yaml", text}});
}

std::string complaint(const std::string& text) {
  const auto result = load_text(text);
  return result ? "nothing" : result.error().why;
}

TEST(Settings, AreDefaultsWithoutAFile) {
  const auto settings = load({});
  ASSERT_TRUE(settings);
  const auto& idle = settings.value().values.idle;
  EXPECT_EQ(idle.cpu_idle_threshold, 10);
  EXPECT_EQ(idle.gpu_idle_threshold, 5);
  EXPECT_EQ(idle.window, std::chrono::seconds{300});
  EXPECT_EQ(idle.idle_timeout, std::chrono::seconds{1800});
  EXPECT_TRUE(settings.value().sources.empty());
}

TEST(Settings, TakeNestedAndDottedSpellings) {
  const auto settings = load_text(
      "idle:\n  cpu_idle_threshold: 12.5   # a comment\n  window_seconds: 600\n"
      "updates.mode: pinned\n");
  ASSERT_TRUE(settings) << settings.error().why;
  const auto& values = settings.value().values;
  EXPECT_EQ(values.idle.cpu_idle_threshold, 12.5);
  EXPECT_EQ(values.idle.window, std::chrono::seconds{600});
  EXPECT_EQ(values.updates.mode, domain::UpdateMode::pinned);
  EXPECT_EQ(settings.value().sources.at("idle.window_seconds").line, 3);
  EXPECT_EQ(settings.value().sources.at("updates.mode").line, 4);
}

TEST(Settings, TakeTheLaterFilesValue) {
  const auto settings = load(
      {{"1.yaml", "profile: minimal\ngpu_lock: yes\n"}, {"2.yaml", "profile: standard-gpu\n"}});
  ASSERT_TRUE(settings) << settings.error().why;
  EXPECT_EQ(settings.value().values.profile, "standard-gpu");
  EXPECT_TRUE(settings.value().values.gpu_lock);
  EXPECT_EQ(settings.value().sources.at("profile").file, "2.yaml");
  EXPECT_EQ(settings.value().files.size(), 2U);
}

TEST(Settings, ReadEveryKindOfValue) {
  const auto settings = load_text(
      "container_runtime: podman\nengine.socket: tcp://10.0.0.1:2375\nnetwork: {expose: lan}\n"
      "volumes.root: /data/volumes\nhealth: {slow_ms: 250, timeout_ms: 900}\n"
      "idle:\n  awake: [Mon-Fri 08:00-20:00, \"22:00-02:00\"]\n  keep_awake_processes: rsync\n"
      "wol: {interface: enp3s0, mac: \"52:54:00:12:34:56\"}\n"
      "logging: {level: debug, format: text}\nmodels.warn_percent: 95\n"
      "backup: {schedule: Sun 03:00, keep: 0}\n");
  ASSERT_TRUE(settings) << settings.error().why;
  const auto& values = settings.value().values;
  EXPECT_EQ(values.container_runtime, domain::ContainerRuntime::podman);
  EXPECT_EQ(values.engine.socket, "tcp://10.0.0.1:2375");
  EXPECT_EQ(values.network.expose, domain::Expose::lan);
  EXPECT_EQ(values.volumes.root, "/data/volumes");
  EXPECT_EQ(values.health.slow, std::chrono::milliseconds{250});
  EXPECT_EQ(values.idle.awake, (std::vector<std::string>{"Mon-Fri 08:00-20:00", "22:00-02:00"}));
  EXPECT_EQ(values.idle.keep_awake_processes, std::vector<std::string>{"rsync"});
  EXPECT_EQ(values.wol.mac, "52:54:00:12:34:56");
  EXPECT_EQ(values.logging.level, domain::LogLevel::debug);
  EXPECT_EQ(values.logging.format, domain::LogFormat::text);
  EXPECT_EQ(values.models.warn_percent, 95U);
  EXPECT_EQ(values.backup.schedule, "Sun 03:00");
  EXPECT_EQ(values.backup.keep, 0U);
}

TEST(Settings, AreUnchangedByEmptySectionsAndFiles) {
  for (const auto* text : {"", "# nothing\n", "---\n", "idle:\n", "idle: {}\n", "engine.socket:\n",
                           "volumes: {root: \"\"}\n", "idle.awake:\n"})
    EXPECT_TRUE(load_text(text)) << text << complaint(text);
}

TEST(Settings, AcceptTheirOwnExampleFile) {
  auto text = domain::example_config();
  const auto settings = load_text(text);
  ASSERT_TRUE(settings);
  EXPECT_TRUE(settings.value().sources.empty());
  // With every key uncommented nothing changes either.
  std::string active;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    active += (line.starts_with('#') && !line.starts_with("# ") ? line.substr(1) : line) + '\n';
  const auto again = load_text(active);
  ASSERT_TRUE(again) << again.error().why;
  EXPECT_EQ(again.value().sources.size(), domain::setting_docs().size());
  const auto rows = domain::setting_rows(settings.value());
  const auto rows_again = domain::setting_rows(again.value());
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].json, rows_again[i].json);
}

TEST(Settings, ShowValuesAndTheirSources) {
  const auto settings = load_text("idle.awake: [\"Sat 10:00-12:00\"]\nwol.interface: eth0\n");
  ASSERT_TRUE(settings);
  std::string text;
  for (const auto& row : domain::setting_rows(settings.value()))
    text += row.key + "|" + row.value + "|" + row.json.dump() + "|" +
            (row.source ? row.source->file.string() + ":" + std::to_string(row.source->line)
                        : "default") +
            "\n";
  testing::expect_golden("settings/rows.txt", text);
}

TEST(Settings, HaveAnExampleFile) {
  testing::expect_golden("settings/example.yaml", domain::example_config());
}

// Every file of golden/settings/bad against the message beside it.
TEST(Settings, RefuseBadFiles) {
  const auto directory = fs::path(TESTS_DIR) / "golden/settings/bad";
  int count = 0;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != ".yaml") continue;
    ++count;
    const auto text = testing::read_whole(entry.path());
    const auto result = load({{entry.path().filename().string(), text}});
    EXPECT_FALSE(result) << entry.path();
    if (result) continue;
    EXPECT_EQ(result.error().code, ErrorCode::kBadConfig);
    testing::expect_golden("settings/bad/" + entry.path().stem().string() + ".txt",
                           result.error().why + "\n");
  }
  EXPECT_GE(count, 20);
}

TEST(Settings, ReportWhatIsWrongInAllFilesAtOnce) {
  const auto result = load(
      {{"a.yaml", "idle:\n\twindow_seconds: 5\n"}, {"b.yaml", "profil: x\ngpu_lock: perhaps\n"}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().why,
            "a.yaml:2: a tab in the indentation: YAML takes spaces only\n"
            "b.yaml:1: profil: unknown key; did you mean profile?\n"
            "b.yaml:2: gpu_lock: \"perhaps\" is neither true nor false");
}

TEST(Settings, NameAFileThatIsMissingOrUnreadable) {
  const auto read = [](const fs::path& path) -> Result<std::optional<std::string>> {
    if (path == "/secret.yaml") return Error{ErrorCode::kPermission, "EACCES: Permission denied"};
    return std::nullopt;
  };
  const auto result = load_settings({{"/none.yaml", true}, {"/secret.yaml", false}}, read);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().why,
            "/none.yaml: there is no such file\n"
            "/secret.yaml: cannot be read: EACCES: Permission denied");
  EXPECT_TRUE(load_settings({{"/none.yaml", false}}, read));
}

TEST(Settings, AreBoundedAgainstHostileFiles) {
  // Aliases of aliases: 10^9 keys in a few lines.
  std::string bomb = "a: &a {x: 1, y: 2, z: 3, u: 4, v: 5, w: 6, p: 7, q: 8, r: 9, s: 0}\n";
  for (char c = 'b'; c < 'k'; ++c) {
    bomb += std::string{c} + ": &" + c + " {";
    for (int i = 0; i < 10; ++i)
      bomb += std::string(i == 0 ? "" : ", ") + "k" + std::to_string(i) + ": *" +
              static_cast<char>(c - 1);
    bomb += "}\n";
  }
  EXPECT_NE(complaint(bomb).find("more than 2000 entries"), std::string::npos);
  EXPECT_NE(complaint(std::string(100'000, '[')), "nothing");
  EXPECT_NE(complaint(std::string(100'000, '{')), "nothing");
  EXPECT_NE(complaint("profile: " + std::string(100'000, 'x')), "nothing");
}

}  // namespace
}  // namespace aistack
