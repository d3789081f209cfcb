#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "domain/redaction/line_context.hpp"

// Where the value of a key begins and where it ends, in the syntaxes that configuration, logs and
// command lines have.
namespace aistack::domain::redaction {

// What ends a value. It outlives the part of a line in which the value begins.
struct Ending {
  enum class Kind {
    quoted,   // at its quote
    bare,     // at a space, or at what separates it from the next pair
    flow,     // at the comma or the bracket of {key: value, …}
    line,     // at the line's end, or that of the string around it
    query,    // at "&", and at whatever cannot be in a URL
    element,  // at "<"
    list,     // at the "]" of [value, …]
  };
  Kind kind = Kind::bare;
  char quote = '"';         // of `quoted`
  unsigned level = 0;       // how deep that is escaped
  bool comment = false;     // of `line`: " #" ends it too
  Openings around;          // what was open before the key
  std::size_t slashes = 0;  // backslashes just before the place where the part ended
  int depth = 0;            // of `list`: brackets still open
};

// npos: not in this text.
std::size_t end_of_value(std::string_view text, std::size_t from, Ending& ending, bool complete);

// What a key was found to have.
struct Value {
  enum class Where {
    here,   // from `begin` on
    below,  // nothing on this line: an indented block or list may follow
    block,  // a YAML block scalar begins: the more indented lines that follow
    next,   // a list's element ("--password" in a list of arguments): at the next line's beginning
  };
  Where where = Where::here;
  std::size_t begin = 0;
  Ending ending;
  std::string mark = "***";   // what stands in its place
  bool may_continue = false;  // the quote may be closed in a later line
  std::size_t indent = 0;     // of the key
};

// The value that the key text[begin, end) has; absent: none, or one that nobody need hide.
// Both the key's name and its surroundings are judged here.
std::optional<Value> value_of(Line& line, std::size_t begin, std::size_t end);

// The bytes of names: letters, digits, "_", "-", ".".
bool is_name_byte(char c);

}  // namespace aistack::domain::redaction
