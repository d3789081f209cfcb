#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aistack::engine {

// Reads one JSON text from front to back without building a tree: for the list of all containers,
// of which an engine may have thousands. What is not wanted is skipped; a value of another type
// than the one asked for is skipped too and reads as empty. After the first malformed byte
// everything is empty, and `ok` is false.
class JsonCursor {
 public:
  explicit JsonCursor(std::string_view text) : rest_(text) {}

  bool ok() const { return ok_; }

  // Calls `visit(key)` for each member; it must read or skip the value.
  template <class Visit>
  void object(const Visit& visit) {
    if (!open('{')) return;
    std::string decoded;
    while (next('}')) {
      const auto key = string_token(decoded);
      if (!expect(':')) return;
      visit(key);
    }
  }

  // Calls `visit()` for each element; it must read or skip it.
  template <class Visit>
  void array(const Visit& visit) {
    if (!open('[')) return;
    while (next(']')) visit();
  }

  std::string text();
  std::int64_t number();
  void skip();

 private:
  void space();
  char peek();
  void fail();
  bool expect(char byte);
  // Enters an object or array; otherwise skips the value.
  bool open(char bracket);
  // Is there a further member? Passes the comma, or the closing bracket.
  bool next(char closing);
  // A string without its quotes: in the text itself, or in `decoded` if it had to be decoded.
  std::string_view string_token(std::string& decoded);
  std::string_view string_with_quotes();

  std::string_view rest_;
  bool ok_ = true;
  bool first_ = false;  // of the object or array that was just opened
};

}  // namespace aistack::engine
