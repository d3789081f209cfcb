#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The tree that the stages of the loader work on: YAML values with the place they were written at.
namespace aistack::compose {

// Where something was written. Lines count from 1; 0 means the file as a whole.
struct Mark {
  std::uint16_t file = 0;  // index into LoadRequest::files, also of values made by a merge
  int line = 0;
};

// Tags of Compose's own: `!reset` takes the value away, `!override` replaces it instead of merging.
enum class MergeTag : std::uint8_t { none, reset, replace };

struct Entry;

struct Node {
  enum class Kind : std::uint8_t {
    null,
    boolean,
    integer,
    floating,
    string,
    timestamp,  // a date that is written without quotes
    sequence,
    mapping,
    broken,  // wrong, and already reported: later stages pass it over
  };

  Kind kind = Kind::null;
  MergeTag tag = MergeTag::none;
  bool listed = false;  // a mapping that was written, or merged, as a list of NAME=value
  Mark mark;
  union {
    bool boolean;
    std::int64_t integer = 0;
    double floating;
  };
  std::string text;            // a string's value; of the other scalars, what was written
  std::vector<Node> items;     // of a sequence
  std::vector<Entry> entries;  // of a mapping, in the order of the file; keys are unique

  bool is(Kind other) const { return kind == other; }
  bool scalar() const { return kind != Kind::sequence && kind != Kind::mapping; }

  // The value of `key`, or nullptr; also nullptr for what is not a mapping.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
  // The text of a string that is the value of `key`, or "".
  std::string_view text_of(std::string_view key) const;
  // Sets `key`, which is appended if it is new; the node becomes a mapping.
  Node& set(std::string_view key, Node value);
  void remove(std::string_view key);

  static Node make_string(std::string value, Mark mark);
  static Node make_boolean(bool value, Mark mark);
  static Node make_integer(std::int64_t value, Mark mark);
  static Node make_null(Mark mark);
  static Node make_mapping(Mark mark);
  static Node make_sequence(Mark mark);
  static Node make_broken(Mark mark);
};

struct Entry {
  std::string key;
  Mark mark;  // of the key
  Node value;
};

// "a mapping", "a list", "the number 5", "true", "a text": how messages name what was found.
std::string describe(const Node& node);

// Is this one of the integers above 2^63, which are kept as floating point and by their text?
bool large_integer(const Node& node);

// A scalar's text as Go prints the value ("0.5" for 0.50, "8" for 010): what Compose passes on
// where a number stands in the place of a text. "" for null, lists and mappings.
std::string scalar_text(const Node& node);

}  // namespace aistack::compose
