#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/container_spec.hpp"
#include "domain/service_spec.hpp"

// Compose files, in the stages that Docker Compose itself has: parse (with positions) ->
// variables -> merge of the overrides -> canonical model -> container specification. Pure: text in,
// data out; what lies in other files is asked of the caller.
namespace aistack::compose {

struct SourceFile {
  std::filesystem::path path;  // absolute; what messages and the labels name
  std::string text;
};

struct LoadRequest {
  std::vector<SourceFile> files;  // the base first, then its overrides in order
  // For variables; wins over .env. PWD is set to the base file's directory.
  std::map<std::string, std::string> environment;
  // The text of a file that the Compose files name (`.env`, env_file, …), by absolute path.
  // Absent: it does not exist. An Error: it exists and cannot be read.
  std::function<Result<std::optional<std::string>>(const std::filesystem::path&)> read_file;
};

// Something wrong or noteworthy in a file. Printed as "FILE:LINE: message"; `hint` says what to
// write instead, "" if there is nothing to say.
struct Diagnostic {
  std::filesystem::path file;
  int line = 0;  // 0: the file as a whole
  std::string message;
  std::string hint;
};
std::string to_string(const Diagnostic& diagnostic);

// When a service may start, from depends_on.
struct Dependency {
  enum class Condition { started, healthy, completed };
  std::string service;
  Condition condition = Condition::started;
  bool required = true;
  bool restart = false;
};

struct ComposeService {
  std::string name;
  nlohmann::ordered_json model;  // canonical, as `docker compose config --format json` has it, but
                                 // "$" plain
  std::vector<Dependency> depends_on;
  std::string image;
  std::string container_name;  // what the container will be called
  bool gpu = false;            // asks for a GPU
  std::string config_hash;     // com.docker.compose.config-hash, of the model as it is here
  std::string platform;        // "linux/arm64"; "" is the engine's own
  std::vector<domain::InjectedFile> files;    // secrets and configs given by content or variable
  std::vector<std::string> security_options;  // with the text of seccomp profiles
};

struct Project {
  std::string name;
  std::filesystem::path working_directory;
  std::vector<std::filesystem::path> config_files;
  nlohmann::ordered_json model;           // canonical form of the whole, "$" written "$$"
  nlohmann::ordered_json resources;       // its networks, volumes, secrets, configs, "$" plain
  std::vector<ComposeService> services;   // in an order in which they may start
  std::vector<std::string> network_keys;  // of `networks`, those that a service uses
  std::vector<std::string> volume_keys;
  domain::ServiceSpec spec;       // from x-aistack and the file's name
  std::vector<Diagnostic> notes;  // obsolete `version`, unset variable, …
};

// Loads one catalog entry. kBadCatalog: every mistake of the files, one a line of `why`.
Result<Project> load(const LoadRequest& request);

struct ContainerOptions {
  std::string image;     // what to create it from: a reference, overriding the file's; "" = file's
  std::string image_id;  // for com.docker.compose.image
  bool drop_gpu = false;
  std::map<std::string, std::string> labels;  // ours, beside Compose's
  // The containers that exist, by Compose service: what network_mode, ipc, pid `service:X` and
  // volumes_from mean. Where one is missing, the text of the file stays.
  std::map<std::string, std::string> container_ids = {};
};

// The names of services whose containers must exist before this one's is created, because it names
// them by id.
std::vector<std::string> shared_services(const ComposeService& service);

// The container that `docker compose up` would create for this service. The configuration hash is
// that of the file, whatever `drop_gpu` took away; as in Compose, the ids of `container_ids` that
// stand in the specification are part of it.
domain::ContainerSpec container_spec(const Project& project, const ComposeService& service,
                                     const ContainerOptions& options);
// What Compose would create for one of `network_keys`, and of `volume_keys`.
domain::NetworkSpec network_spec(const Project& project, const std::string& key);
domain::VolumeSpec volume_spec(const Project& project, const std::string& key);

// The text of a canonical model, byte for byte as `docker compose config --format json` prints it
// (but for a last line end). `indent` < 0: all on one line.
std::string to_text(const nlohmann::ordered_json& model, int indent = 2);

}  // namespace aistack::compose
