#include "base/json_depth.hpp"

namespace aistack {

bool is_deep_json(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char byte = text[i];
    if (in_string) {
      if (byte == '\\') ++i;
      if (byte == '"') in_string = false;
    } else if (byte == '"') {
      in_string = true;
    } else if (byte == '{' || byte == '[') {
      if (++depth > kDeepestJson) return true;
    } else if (byte == '}' || byte == ']') {
      --depth;
    }
  }
  return false;
}

}  // namespace aistack
