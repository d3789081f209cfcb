#pragma once

#include <nlohmann/json.hpp>
#include <string>

// com.docker.compose.config-hash of the three kinds of objects, from their canonical models ("$"
// plain).
namespace aistack::compose {

std::string service_hash(nlohmann::ordered_json model);
std::string network_hash(const nlohmann::ordered_json& model);
std::string volume_hash(const nlohmann::ordered_json& model);

}  // namespace aistack::compose
