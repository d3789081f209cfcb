#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "compose/project.hpp"

namespace aistack::conformance {

// What Engine 20.10 shows of a container made from `spec` and the corpus's image: the image's
// values and the engine's defaults filled in, fields that this engine does not know dropped.
// `others`: what was shown of the containers that this one takes volumes from, by id.
nlohmann::json shown_container(const domain::ContainerSpec& spec,
                               const nlohmann::json& volumes_from);

nlohmann::json shown_network(const domain::NetworkSpec& spec);
nlohmann::json shown_volume(const domain::VolumeSpec& spec);

// Lists in random order sorted, what differs from run to run replaced: for both sides.
nlohmann::json comparable(nlohmann::json container);

}  // namespace aistack::conformance
