#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace aistack::domain::redaction {

// Which bytes a token goes on with.
enum class Alphabet { alnum, word /* and _ - */, upper, dotted /* word and . */, base64, hash };
bool belongs(Alphabet alphabet, char c);

// Credentials that can be told by how they begin. Each issuer documents its prefix.
struct TokenShape {
  std::string_view prefix;
  Alphabet alphabet = Alphabet::alnum;
  std::size_t least = 16;  // bytes after the prefix
};
std::span<const TokenShape> token_shapes();

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The token of this shape whose prefix stands at `at`; it may end at the end of `text`, where it
// goes on if more comes. Absent: too short, or in the middle of a word.
std::optional<Range> token_at(const TokenShape& shape, std::string_view text, std::size_t at);

// A JSON Web Token ("eyJ….….…") at `at`.
std::optional<Range> web_token_at(std::string_view text, std::size_t at);

// What follows "Bearer " or "Basic " at `at`; absent when that is prose ("basic authentication").
std::optional<Range> scheme_credential_at(std::string_view text, std::size_t at);

// Is `at` where a word begins? An escape like \n before it counts as the space that it stands for.
bool begins_word(std::string_view text, std::size_t at);

}  // namespace aistack::domain::redaction
