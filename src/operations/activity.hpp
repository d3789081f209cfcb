#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "operations/context.hpp"

namespace aistack::operations {

// What a container had done by an instant: two of them tell whether it works or is stuck.
struct Activity {
  SteadyTime at{};
  std::uint64_t cpu_ns = 0;
  std::uint64_t network_bytes = 0;
  std::optional<Time> last_line;  // of its log
};

// One look at the engine's counters and the last log line. Absent: they cannot be had (not
// running, an engine that has none); that is never an error.
boost::asio::awaitable<std::optional<Activity>> measure_activity(Context& context,
                                                                 std::string container);

// Did it work between the two: a hundredth of a core, 16 KiB a second over the network, or a line
// in its log? A migration shows in the first or the last, a download in the second. With `answers`
// only the first counts: a service that answers, though not as it should, sends something and may
// write a line for each of our own probes.
bool is_working(const Activity& before, const Activity& after, bool answers);

}  // namespace aistack::operations
