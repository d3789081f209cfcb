#pragma once

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace aistack::domain {

enum class Role { backend, ui, other };
enum class GpuUse { none, shared, exclusive };

// How aistack asks a service from outside whether it works. Without `port` and `path` the answer
// comes from the image's healthcheck, else from a TCP connection to the first published port, else
// from the container's state.
struct HealthSpec {
  std::optional<int> port;          // the port inside the container
  std::optional<std::string> path;  // starts with '/'
  int expect = 200;                 // HTTP status
  std::chrono::seconds startup_timeout{120};
};

// A value that is generated once per installation and kept in an env file under the secrets
// directory: `<state>/secrets/<service>.env`.
struct SecretSpec {
  std::string variable;
  int bytes = 32;  // random bytes, written as hex
};

// Where a UI keeps the settings that its first start took from the environment, and that it obeys
// from then on instead of it: an SQLite file in one of its volumes (see ports/settings_database).
struct StoredSettingsSpec {
  std::string volume;  // key or name of the volume
  std::string file;    // relative to the volume's root
};

// What an `x-aistack` block says: the part of a catalog entry that Docker Compose passes over.
struct ServiceSpec {
  std::string name;   // the file's stem
  std::string title;  // default: the name
  std::vector<std::string> profiles;
  Role role = Role::other;
  std::string main;  // which Compose service the health, the logs and the probes mean
  HealthSpec health;
  GpuUse gpu = GpuUse::none;
  std::optional<std::string> models;  // model provider: "ollama", "localai"
  int update_order = 50;              // update-all goes from low to high
  bool snapshot_before_update = false;
  std::vector<SecretSpec> secrets;
  // How a UI is pointed at this backend: environment of the UI.
  std::map<std::string, std::string> backend_env;
  // The same for a UI that has stored its settings: values by dotted key.
  std::map<std::string, nlohmann::json> backend_settings;
  std::optional<StoredSettingsSpec> stored_settings;  // of a UI
  bool has_block = false;                             // false: a plain Compose file
};

}  // namespace aistack::domain
