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
  std::vector<SourceFile> files;                   // the base first, then its overrides in order
  std::map<std::string, std::string> environment;  // for variables; wins over .env
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
  nlohmann::ordered_json model;  // canonical, as `docker compose config --format json` has it
  std::vector<Dependency> depends_on;
  std::string image;
  std::string container_name;  // what the container will be called
  bool gpu = false;            // asks for a GPU
  std::string config_hash;     // com.docker.compose.config-hash
};

struct Project {
  std::string name;
  std::filesystem::path working_directory;
  std::vector<std::filesystem::path> config_files;
  nlohmann::ordered_json model;           // canonical form of the whole, "$" written "$$"
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
};

// The container that `docker compose up` would create for this service.
domain::ContainerSpec container_spec(const Project& project, const ComposeService& service,
                                     const ContainerOptions& options);
domain::NetworkSpec network_spec(const Project& project, const std::string& key);
domain::VolumeSpec volume_spec(const Project& project, const std::string& key);

}  // namespace aistack::compose
