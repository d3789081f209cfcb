#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aistack {

std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

// The candidate nearest to `word` by edit distance (with transpositions), if it is near enough to
// be a slip: at most a third of the word's length, at least one. For "did you mean".
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

// "1.3 GB", "512 MB", "0 B": decimal units, as engines and disks count.
std::string human_bytes(std::uint64_t bytes);

// Text from outside, made safe for a terminal and a log line: control characters are escaped and
// invalid UTF-8 replaced; longer than `max_bytes` it is cut with "…".
std::string printable(std::string_view text, std::size_t max_bytes = 2000);

}  // namespace aistack
