#pragma once

#include <map>
#include <string>

#include "compose/diagnostics.hpp"
#include "compose/node.hpp"
#include "compose/project.hpp"

namespace aistack::compose {

// Fills ComposeService::files (secrets and configs whose text stands in the file or in a variable)
// and ComposeService::security_options (seccomp profiles are files). What is missing is reported.
void add_injected_files(const Node& root, Project& project,
                        const std::map<std::string, std::string>& environment,
                        const LoadRequest& request, Diagnostics& diagnostics);

}  // namespace aistack::compose
