#pragma once

#include <cstddef>
#include <string_view>

namespace aistack::domain::redaction {

// What is open at a place in a line: quotes and brackets. It tells whether a quote or a bracket
// after a value belongs to the value or to what stands around it.
struct Openings {
  // Double quotes by how deep they are escaped: ", \", \\\" (text in JSON in JSON).
  bool quotes[3] = {};
  bool single = false;
  int round = 0;
  int square = 0;
  int curly = 0;

  // Goes over more of the line.
  void pass(std::string_view text);
  bool in_string() const { return quotes[0] || quotes[1] || quotes[2]; }
  // Would this bracket close one of those that are open?
  bool closes(char bracket) const;

 private:
  char before_ = ' ';
  std::size_t slashes_ = 0;
};

// How deep a quote after so many backslashes is escaped: 0 none, 1 one, 3 two.
unsigned level_of(std::size_t backslashes);

// Does a quote after so many backslashes end a string whose own quotes are escaped `level` deep? If
// not, it is a quote inside of that string.
bool ends_string(std::size_t backslashes, unsigned level);

// A line, or the part of a very long one that is in memory.
struct Line {
  std::string_view text;
  // Where the line's own text begins, after the time that a log puts before it; npos: that was in
  // an earlier part.
  std::size_t content = 0;
  bool complete = true;  // the line ends where `text` does

  // What is open at a place. Asked for one place after the other: then it costs one pass over the
  // line, however often it is asked.
  Openings openings_at(std::size_t place);

  Openings passed;  // what is open at `passed_to`
  std::size_t passed_to = 0;
};

// The length of what logs put before the line that a program wrote: an RFC 3339 time, and the
// stream ("stdout ", "stderr F "). 0: nothing of that kind.
std::size_t log_prefix(std::string_view line);

// Spaces at the beginning.
std::size_t indentation(std::string_view text);

}  // namespace aistack::domain::redaction
