#pragma once

#include <set>
#include <string>
#include <vector>

#include "compose/diagnostics.hpp"
#include "compose/node.hpp"

namespace aistack::compose {

// Names of the services whose profiles are active (those without a profile always are), in the
// order of the file. `active` may hold "*".
std::vector<std::string> enabled_services(const Node& root, const std::vector<std::string>& active);

// Checks what the parts of a resolved project say about each other: names that are not defined,
// keys that exclude each other, names given twice, dependencies in a circle.
void check_consistency(const Node& root, const std::string& project,
                       const std::vector<std::string>& enabled, Diagnostics& diagnostics);

// Limits that can be given in two places, and were, must be the same. `model` is canonical.
void check_limits(const std::string& where, const Node& service,
                  const nlohmann::ordered_json& model, Diagnostics& diagnostics);

// `enabled` so that every service comes after those it depends on.
std::vector<std::string> start_order(const Node& root, const std::vector<std::string>& enabled);

// What the container of a service is called.
std::string container_name(const Node& service, const std::string& project,
                           const std::string& name);

}  // namespace aistack::compose
