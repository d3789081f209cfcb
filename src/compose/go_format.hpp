#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

// Numbers, times and sizes, read and written as Docker Compose (that is, Go) does: what it prints
// ends up in containers and in the configuration hash.
namespace aistack::compose {

// fmt.Sprint of a float64: "0.5", "1e+06", "8".
std::string go_float(double value);

// time.Duration's text: "1m30s", "1.5s", "500ms", "0s".
std::string go_duration(std::chrono::nanoseconds duration);

// A date (2026-11-23), or a date and a time, as Go prints the time that YAML makes of it:
// "2026-11-23 00:00:00 +0000 UTC". nullopt: just a text.
std::optional<std::string> go_time(std::string_view text);

// What a text may be wrong about, in words for a message; "" means it was read.
struct Reading {
  std::string wrong;
  explicit operator bool() const { return wrong.empty(); }
};

// "1h30m", "1.5s", "2d", "1w"; a unit is a must, except for "0".
Reading read_duration(std::string_view text, std::chrono::nanoseconds& out);

// "64m", "2gb", "1.5 GiB", "300", "-1": bytes. Units are powers of 1024.
Reading read_bytes(std::string_view text, std::int64_t& out);

// Decimal, with a sign, all of the text.
bool read_integer(std::string_view text, std::int64_t& out);
bool read_float(std::string_view text, double& out);

// A number that came out of a float32 (cpus): the shortest decimal that reads back as it.
nlohmann::ordered_json float32_json(float value);

// JSON as Go writes it: "<", ">" and "&" escaped. `indent` < 0: all on one line.
std::string go_json(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace aistack::compose
