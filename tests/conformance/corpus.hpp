#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "compose/project.hpp"

// The recorded cases, seen as if they lay in /corpus.
namespace aistack::conformance {

inline std::filesystem::path root() {
  return std::filesystem::path(TESTS_DIR) / "conformance";
}

inline std::optional<std::string> text_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::nullopt;
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

inline nlohmann::ordered_json json_of(const std::filesystem::path& file) {
  return nlohmann::ordered_json::parse(text_of(file).value_or(""));
}

// Names of what lies in a directory, sorted.
inline std::vector<std::string> names_in(const std::filesystem::path& directory,
                                         const std::string& extension = {}) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (!extension.empty() && entry.path().extension() != extension) continue;
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// What the caller of the loader would hand over for files of `real`, shown as lying in `shown`.
inline compose::LoadRequest request_for(const std::filesystem::path& real,
                                        const std::filesystem::path& shown,
                                        const std::vector<std::string>& files) {
  compose::LoadRequest request;
  for (const auto& name : files) {
    if (auto text = text_of(real / name)) request.files.push_back({shown / name, *text});
  }
  request.environment["HOME"] = "/home/corpus";
  std::istringstream lines(text_of(real / "process.env").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find('=');
    if (equals != std::string::npos) {
      request.environment[line.substr(0, equals)] = line.substr(equals + 1);
    }
  }
  request.read_file =
      [real, shown](const std::filesystem::path& path) -> Result<std::optional<std::string>> {
    const auto inside = path.lexically_relative(shown);
    if (inside.empty() || inside.string().starts_with("..")) return std::optional<std::string>();
    return text_of(real / inside);
  };
  return request;
}

inline Result<compose::Project> load_case(const std::string& name) {
  return compose::load(request_for(root() / "cases" / name, std::filesystem::path("/corpus") / name,
                                   {"compose.yaml", "compose.override.yaml"}));
}

}  // namespace aistack::conformance
