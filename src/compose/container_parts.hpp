#pragma once

#include <nlohmann/json.hpp>

#include "compose/project.hpp"

// The larger parts of a container specification, each from the canonical model.
namespace aistack::compose {

// A duration of the canonical form ("1m30s"), in nanoseconds.
std::int64_t nanoseconds(const nlohmann::ordered_json& duration);

nlohmann::json health_config(const nlohmann::ordered_json& health);
nlohmann::json exposed_ports(const nlohmann::ordered_json& model);

// All of HostConfig but the network mode and the links.
nlohmann::json host_config(const Project& project, const ComposeService& service,
                           const nlohmann::ordered_json& model, bool drop_gpu);

// Binds and Mounts into `host`: mounts that need nothing of the newer interface are Binds, which
// make a directory that is missing.
void add_mounts(const Project& project, const nlohmann::ordered_json& model, nlohmann::json& host);

// Memory, CPUs, devices, GPUs, limits into `host`.
void add_resources(const nlohmann::ordered_json& model, bool drop_gpu, nlohmann::json& host);

}  // namespace aistack::compose
