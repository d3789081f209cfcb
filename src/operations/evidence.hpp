#pragma once

#include <string>

#include "operations/context.hpp"

namespace aistack::operations {

// "exit code 137: out of memory", or the engine's own reason when it could not be started.
std::string exit_text(const ports::ContainerDetails& details);

// The last lines that a container wrote, each on a line of its own, beginning with a newline; ""
// when there are none. Never an error: it is what is looked at when something else went wrong.
boost::asio::awaitable<std::string> last_words(Context& context, std::string container,
                                               std::uint64_t lines = 3);

}  // namespace aistack::operations
