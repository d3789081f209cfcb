#pragma once

#include <string_view>

namespace aistack {

// How deep JSON that a stranger may have written is followed.
inline constexpr int kDeepestJson = 64;

// Is this JSON text nested deeper than that? A parser that recurses nowhere still builds a
// tree, and what walks through that recurses: to be asked before such text is parsed.
bool is_deep_json(std::string_view text);

}  // namespace aistack
