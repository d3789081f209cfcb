#pragma once

#include <memory>

#include "ports/clock.hpp"

namespace aistack::adapters::posix {

// The system's clocks; sleeps on the executor of the coroutine that asks. A task that is already
// cancelled gets kInterrupted at once.
std::unique_ptr<ports::Clock> make_clock();

}  // namespace aistack::adapters::posix
