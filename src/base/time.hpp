#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace aistack {

// Wall-clock time; what state files and logs carry.
using Time = std::chrono::system_clock::time_point;
// Steady time: deadlines and durations. Not affected by a clock that jumps.
using SteadyTime = std::chrono::steady_clock::time_point;

// "2026-11-23T10:00:00Z"; with `milliseconds`, "2026-11-23T10:00:00.123Z".
enum class TimePrecision { seconds, milliseconds };
std::string to_iso8601(Time time, TimePrecision precision = TimePrecision::seconds);

// Reads RFC 3339 with any number of fraction digits and any offset, as the engines write it.
// The engines' "never" (0001-01-01T00:00:00Z), a year after 2261 and anything malformed is nullopt.
std::optional<Time> parse_iso8601(std::string_view text);

// "45s", "12m", "3h", "2d": the largest unit that fits, for tables. Negative is "0s".
std::string to_short(std::chrono::nanoseconds duration);

}  // namespace aistack
