#pragma once

#include <string_view>
#include <vector>

#include "adapters/engine/json.hpp"
#include "ports/container_engine.hpp"

// An engine's documents, as the port's types. What an engine leaves out stays at its default, so
// that nothing here fails, unless it says so.
namespace aistack::engine {

ports::EngineVersion read_version(const Json& document);
ports::EngineInfo read_info(const Json& document);
ports::ContainerDetails read_container(const Json& document);
ports::ContainerStats read_stats(const Json& document);
// `row` of the list has fewer facts than the document of one image.
ports::ImageDetails read_image(const Json& document);
ports::ImageDetails read_image_row(const Json& row);
ports::NetworkDetails read_network(const Json& document);
ports::VolumeDetails read_volume(const Json& document);
ports::EngineEvent read_event(const Json& line);
ports::PullProgress read_pull_line(const Json& line);

// A row of the list of containers, from its text: there may be thousands. kEngineProtocol.
Result<ports::ContainerSummary> read_container_row(std::string_view row);

// "running"; Podman's other words too.
ports::ContainerState read_state(std::string_view word);
// Seconds since 1970, held within what a Time can be.
Time from_unix(std::int64_t seconds);

// "1.41"; {} if it is no version.
ports::ApiVersion read_api_version(std::string_view text);

}  // namespace aistack::engine
