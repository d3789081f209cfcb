#pragma once

#include "ports/container_engine.hpp"

// The ways in which operations remove a container. All of them end it first.
namespace aistack::operations {

constexpr ports::RemoveOptions kWithItsVolumes{.force = true, .anonymous_volumes = true};
// Its anonymous volumes belong to another container too, which takes or took its place.
constexpr ports::RemoveOptions kKeepItsVolumes{.force = true, .anonymous_volumes = false};

}  // namespace aistack::operations
