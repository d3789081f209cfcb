#pragma once

#include <string>
#include <string_view>

namespace aistack::compose {

// Where a value stands ("services.app.ports[0]"), built as the walk goes down and written out only
// for a message. Lives on the stack of the walk.
struct Path {
  const Path* up = nullptr;
  std::string_view key;  // of a mapping; empty: an index
  std::size_t index = 0;

  Path operator/(std::string_view name) const { return {this, name, 0}; }
  Path operator[](std::size_t item) const { return {this, {}, item}; }
  std::string text() const {
    if (up == nullptr) return std::string(key);
    const std::string above = up->text();
    if (key.empty()) return above + "[" + std::to_string(index) + "]";
    return above.empty() ? std::string(key) : above + "." + std::string(key);
  }
};

}  // namespace aistack::compose
