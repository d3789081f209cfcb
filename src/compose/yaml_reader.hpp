#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compose/diagnostics.hpp"
#include "compose/node.hpp"

namespace aistack::compose {

// Bounds of what one file may ask for; a file beyond them is refused, not cut.
struct ReadLimits {
  std::size_t text_bytes = 1 << 20;
  std::size_t nodes = 100'000;  // after its aliases are expanded
  std::size_t value_bytes = std::size_t{16} << 20;
  int depth = 100;
};

// Reads a file into its documents (usually one). Aliases are expanded, `<<` is merged, scalars have
// the types that Docker Compose's YAML library gives them. Every mistake goes to `diagnostics`;
// after one of the syntax, or of the bounds, there is nothing to look at (nullopt).
std::optional<std::vector<Node>> read_yaml(const std::string& text, std::uint16_t file,
                                           Diagnostics& diagnostics, const ReadLimits& limits = {});

// The value of a scalar that stands without quotes.
Node plain_scalar(const std::string& text, Mark mark);

}  // namespace aistack::compose
