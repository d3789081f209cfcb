#pragma once

#include <string>
#include <vector>

#include "compose/diagnostics.hpp"
#include "compose/node.hpp"
#include "domain/service_spec.hpp"

namespace aistack::compose {

// The service's name from the name of its file ("ollama" from ollama.yaml). A name that would not
// do for a file, a container or a command line is reported.
std::string service_name(const std::filesystem::path& file, Diagnostics& diagnostics);

// Reads the `x-aistack` block of a project, which may be absent. `services`: the Compose services,
// in the order of the file.
domain::ServiceSpec read_aistack_block(const Node& root, const std::string& name,
                                       const std::vector<std::string>& services,
                                       Diagnostics& diagnostics);

}  // namespace aistack::compose
