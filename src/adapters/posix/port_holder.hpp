#pragma once

#include <optional>
#include <string>

#include "ports/host.hpp"

namespace aistack::adapters::posix {

// See ports::Host::port_holder. Several listeners: one whose process is known is preferred.
std::optional<ports::PortHolder> find_port_holder(const std::string& ip, int port,
                                                  const std::string& protocol);

}  // namespace aistack::adapters::posix
