#pragma once

#include <string_view>

namespace aistack {

// Is this JSON text nested deeper than 64 levels? A parser that recurses nowhere still builds a
// tree, and what walks through that recurses: to be asked before anything is parsed that a stranger
// may have written.
bool is_deep_json(std::string_view text);

}  // namespace aistack
