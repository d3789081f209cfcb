#include "ports/container_engine.hpp"

namespace aistack::ports {

std::string_view to_string(ContainerState state) {
  switch (state) {
    case ContainerState::created:
      return "created";
    case ContainerState::running:
      return "running";
    case ContainerState::paused:
      return "paused";
    case ContainerState::restarting:
      return "restarting";
    case ContainerState::removing:
      return "removing";
    case ContainerState::exited:
      return "exited";
    case ContainerState::dead:
      return "dead";
  }
  return "dead";
}

}  // namespace aistack::ports
