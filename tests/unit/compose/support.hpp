#pragma once

#include <map>
#include <string>

#include "compose/diagnostics.hpp"
#include "compose/project.hpp"
#include "compose/yaml_reader.hpp"

namespace aistack::compose {

using Files = std::map<std::string, std::string>;

// A request for the texts of files in /srv/ai: `app.yaml`, then `app.override.yaml` if there is
// one. The others can be read by their names.
inline LoadRequest request_of(const Files& files,
                              std::map<std::string, std::string> variables = {}) {
  LoadRequest request;
  request.environment = std::move(variables);
  for (const auto* name : {"app.yaml", "app.override.yaml"}) {
    const auto found = files.find(name);
    if (found != files.end()) {
      request.files.push_back({std::filesystem::path("/srv/ai") / name, found->second});
    }
  }
  request.read_file =
      [files](const std::filesystem::path& path) -> Result<std::optional<std::string>> {
    const auto found = files.find(path.lexically_relative("/srv/ai").string());
    return found == files.end() ? std::optional<std::string>() : std::optional(found->second);
  };
  return request;
}

inline Result<Project> load_text(const std::string& text,
                                 std::map<std::string, std::string> variables = {}) {
  return load(request_of({{"app.yaml", text}}, std::move(variables)));
}

// What is said of a file that is refused; "" when it loads. Paths are cut from it.
inline std::string refusal(const Files& files, std::map<std::string, std::string> variables = {}) {
  const auto project = load(request_of(files, std::move(variables)));
  if (project) return "";
  std::string why = project.error().why;
  const std::string directory = "/srv/ai/";
  for (auto at = why.find(directory); at != std::string::npos; at = why.find(directory)) {
    why.erase(at, directory.size());
  }
  return why;
}

inline std::string refusal(const std::string& text) {
  return refusal(Files{{"app.yaml", text}});
}

// The single document of a text, and what was said of it.
struct ReadText {
  Diagnostics diagnostics{{"/f.yaml"}};
  Node root;
  bool read = false;
};
inline ReadText read_text(const std::string& text, const ReadLimits& limits = {}) {
  ReadText result;
  auto documents = read_yaml(text, 0, result.diagnostics, limits);
  result.read = documents.has_value();
  if (documents && !documents->empty()) result.root = std::move(documents->front());
  return result;
}

}  // namespace aistack::compose
