#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/container_spec.hpp"

namespace aistack::engine {

// A tar archive of these files, to be unpacked at a container's "/". kBadContainerSpec: an owner
// that is no number, or a path that a tar archive cannot hold.
Result<std::string> tar_of(const std::vector<domain::InjectedFile>& files);

}  // namespace aistack::engine
