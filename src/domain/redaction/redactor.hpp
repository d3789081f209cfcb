#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "domain/redaction/findings.hpp"

namespace aistack::domain::redaction {

// Takes secrets out of text that streams through: a log, a configuration file, a JSON document, a
// command line. What it finds: the values of keys that look secret (secret_keys.hpp) in YAML,
// JSON (also JSON inside of JSON strings), env and ini files, options, headers, queries and XML;
// tokens by their shape (token_shapes.hpp); passwords in URLs; private keys in PEM; and the known
// secrets of its Rules. "***" stands in the place of each; everything else passes unchanged. What
// it cannot find: a secret that nothing marks as one.
//
// Its memory does not grow with the text: lines up to 64 KiB are seen whole, longer ones through a
// window of that size, in which a key or the beginning of a token may be 8 KiB long (a value may
// have any length). The result does not depend on how the text was cut into blocks.
class Redactor {
 public:
  // `rules` outlives it.
  explicit Redactor(const Rules& rules) : rules_(rules) {}

  // Appends to `out` what is certain by now.
  void feed(std::string_view block, std::string& out);
  // The rest, at the end of the text; afterwards a new text may begin.
  void finish(std::string& out);
  // How many secrets were taken out so far.
  std::uint64_t count() const { return count_; }

 private:
  // What the lines before have left to do at the beginning of the next one.
  enum class Mode {
    line,      // nothing
    value,     // a value goes on until `ending_`
    pem,       // a private key goes on until its END
    block,     // what is more indented than `indent_` belongs to a secret key
    below,     // the same, if it is a value or a list
    argument,  // the value of an option of the line before
  };

  void take_lines(std::string& out);
  void whole_line(std::string_view text, std::string_view end, std::string& out);
  std::size_t part(std::string_view text, std::string& out);
  // Does what is left to do; gives where the line is to be read on, npos: it is done with.
  std::size_t left_over(Line& line, std::string& out);
  std::size_t rest_of_value(Line& line, std::string& out);
  std::size_t rest_of_pem(const Line& line);
  std::size_t block_line(const Line& line, std::string& out);
  std::size_t line_below(const Line& line, std::string& out);
  std::size_t argument_line(const Line& line, std::string& out);
  std::size_t take_out(const Line& line, std::string_view value, std::string& out);
  bool encoded_line(const Line& line, std::string& out);
  // Reads `line` from `from`; gives how far (its end, unless it goes on).
  std::size_t scan(Line& line, std::size_t from, std::string& out);
  void enter(const Finding& finding);
  // Leaves the mode when it has swallowed more than any secret has.
  void spend(std::size_t bytes);

  const Rules& rules_;
  std::string buffer_;
  std::size_t begin_ = 0;    // of what is still to be done in buffer_
  std::size_t looked_ = 0;   // bytes from there on that hold no line end
  std::size_t context_ = 0;  // bytes from there on that were written already, of a long line
  bool inside_ = false;      // begin_ is in the middle of a long line
  bool swallowed_ = false;   // the end of this line goes with what it ends
  Openings openings_;        // at begin_, of a long line

  Mode mode_ = Mode::line;
  Ending ending_;
  bool crosses_ = false;  // … into the next lines
  std::size_t indent_ = 0;
  std::size_t budget_ = 0;
  bool marked_ = false;   // of a block: "***" is written
  bool encoded_ = false;  // the line before was base64
  std::uint64_t count_ = 0;
};

}  // namespace aistack::domain::redaction
