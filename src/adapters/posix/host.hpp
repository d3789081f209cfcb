#pragma once

#include <memory>

#include "ports/host.hpp"

namespace aistack::adapters::posix {

std::unique_ptr<ports::Host> make_host();

}  // namespace aistack::adapters::posix
