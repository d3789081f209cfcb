#pragma once

#include <map>
#include <string>
#include <vector>

#include "compose/node.hpp"
#include "compose/project.hpp"

// What a loaded project is completed with, from its canonical models.
namespace aistack::compose {

// COMPOSE_PROFILES, split; the one profile "" when it is not set.
std::vector<std::string> active_profiles(const std::map<std::string, std::string>& environment);

// A name in lower case, without what a project's name may not have; may be empty.
std::string normal_name(const std::string& name);

// depends_on of a service, in the order of the file, without those that `enabled` does not have.
std::vector<Dependency> dependencies(const nlohmann::ordered_json& model, const Node& node,
                                     const std::vector<std::string>& enabled);

bool wants_gpu(const nlohmann::ordered_json& model);

// Takes the networks, volumes, secrets and configs away that no service uses, and names the others:
// Compose shows, and creates, only those.
void keep_used(Project& project);

// The canonical form of the whole, with the x-… blocks of `root` and "$" doubled.
nlohmann::ordered_json whole_model(const Project& project, const Node& root);

}  // namespace aistack::compose
