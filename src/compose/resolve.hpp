#pragma once

#include <map>
#include <string>

#include "compose/diagnostics.hpp"
#include "compose/node.hpp"

namespace aistack::compose {

// What a project is resolved against.
struct Surroundings {
  std::string project;
  std::filesystem::path directory;                 // relative paths start here
  std::map<std::string, std::string> environment;  // the process's, then .env
  const std::function<Result<std::optional<std::string>>(const std::filesystem::path&)>& read_file;
};

// Completes a merged project: paths made absolute, env and label files read, the default network
// joined, names given, dependencies that links and shared namespaces imply added, defaults set.
void resolve(Node& root, const Surroundings& surroundings, Diagnostics& diagnostics);

}  // namespace aistack::compose
