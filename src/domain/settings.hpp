#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace aistack::domain {

enum class ContainerRuntime { automatic, docker, podman };
enum class Expose { local, lan };
enum class UpdateMode { rolling, pinned };
enum class LogLevel { debug, info, warn, error };
enum class LogFormat { json, text };

// config.yaml. The member initialisers are the defaults; the table in settings_table.cpp gives
// each key its range and its meaning.
struct Settings {
  ContainerRuntime container_runtime = ContainerRuntime::automatic;
  std::string profile = "minimal";
  bool gpu_lock = false;

  struct Engine {
    std::optional<std::string> socket;  // "/run/docker.sock", "unix://…", "tcp://HOST:PORT"
  } engine;
  struct Volumes {
    std::optional<std::string> root;  // absent: Paths::volumes
  } volumes;
  struct Network {
    Expose expose = Expose::local;
  } network;
  struct Health {
    std::chrono::milliseconds slow{1000};
    std::chrono::milliseconds timeout{5000};
  } health;
  struct Idle {
    double cpu_idle_threshold = 10;  // percent
    double gpu_idle_threshold = 5;   // percent
    std::chrono::seconds window{300};
    std::chrono::seconds idle_timeout{1800};
    std::uint64_t min_samples = 6;
    bool enable_suspend = false;
    bool require_wake_path = true;
    std::vector<std::string> awake;  // "Mon-Fri 08:00-20:00"
    double net_idle_kib_s = 64;
    std::vector<std::string> keep_awake_processes;
  } idle;
  struct PowerEstimation {
    double baseline_watts = 50;
  } power_estimation;
  struct Wol {
    std::optional<std::string> interface;
    std::optional<std::string> mac;
  } wol;
  struct Logging {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::json;
  } logging;
  struct Models {
    bool keep_cache_on_uninstall = false;
    std::uint64_t warn_percent = 80;
  } models;
  struct Updates {
    UpdateMode mode = UpdateMode::rolling;
    bool stage = true;
    std::chrono::seconds soak{10};
    std::uint64_t keep_images = 1;  // older ones, a container
  } updates;
  struct Backup {
    std::optional<std::string> directory;  // absent: <state>/backups
    std::uint64_t keep = 7;                // 0: all of them
    std::optional<std::string> schedule;   // "Sun 03:00"; absent: none
  } backup;
  struct Agent {
    bool auto_repair = true;
    std::uint64_t repair_limit = 3;  // an hour and service
    std::chrono::seconds sample{10};
  } agent;
};

struct SettingSource {
  std::filesystem::path file;
  int line = 0;
};

// One key as a file has it, whatever the file's syntax is. Nested keys are joined by dots.
struct SettingEntry {
  enum class Shape { scalar, list, nothing /* "key:" */, other /* a list of maps … */ };
  std::string key;
  Shape shape = Shape::scalar;
  std::vector<std::string> values;  // of a scalar exactly one
  SettingSource source;
};

// Printed as "FILE:LINE: KEY: message".
struct SettingProblem {
  SettingSource source;  // line 0: the file as a whole
  std::string key;       // "" where a key is not what is wrong
  std::string message;
};
std::string to_string(const SettingProblem& problem);
// kBadConfig with every problem, one a line of `why`.
Error settings_error(const std::vector<SettingProblem>& problems);

struct EffectiveSettings {
  Settings values;
  std::map<std::string, SettingSource> sources;  // by key; a key without one has its default
  std::vector<std::filesystem::path> files;      // that were read
};

// Merges the entries, the later wins, into the defaults, and appends what is wrong with them to
// `problems`: unknown keys (with "did you mean"), wrong types, values out of range, a key that one
// file has twice, a section that is a value or the other way round.
EffectiveSettings apply_settings(const std::vector<SettingEntry>& entries,
                                 std::vector<SettingProblem>& problems);

// One row of `config show`, in the table's order.
struct SettingRow {
  std::string key;
  std::string value;                    // as one writes it in YAML; "" for an unset optional
  nlohmann::json json;                  // the same, typed; null for an unset optional
  std::optional<SettingSource> source;  // absent: the default
};
std::vector<SettingRow> setting_rows(const EffectiveSettings& settings);

// What the table says about one key, for the manual page and the example file.
struct SettingDoc {
  std::string key;
  std::string type;           // "number", "yes or no", "docker, podman or auto", "list of text" …
  std::string range;          // "1 to 86400 seconds"; "" if any
  std::string default_value;  // "" for an unset one
  std::string doc;
};
std::vector<SettingDoc> setting_docs();

// A commented config.yaml in which every key stands at its default.
std::string example_config();

std::string_view to_string(ContainerRuntime value);
std::string_view to_string(Expose value);
std::string_view to_string(UpdateMode value);
std::string_view to_string(LogLevel value);
std::string_view to_string(LogFormat value);

}  // namespace aistack::domain
