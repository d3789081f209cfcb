#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aistack::domain::redaction {

// Shorter ones occur in ordinary text too often to be replaced wherever they stand.
inline constexpr std::size_t kShortestKnown = 6;

// How a secret that is known may be written: as it is, escaped as JSON has it (once and twice),
// percent-encoded, in hexadecimal, and as base64 (both alphabets), also in the middle of a longer
// text that was encoded whole ("user:SECRET"). A long one comes in parts that follow each other.
// Empty for one that is too short.
std::vector<std::string> forms_of(std::string_view secret);

// The values of an env file ("NAME=value" lines, quotes taken off).
std::vector<std::string> values_of_env_file(std::string_view text);

}  // namespace aistack::domain::redaction
