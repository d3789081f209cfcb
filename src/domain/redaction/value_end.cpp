#include <algorithm>

#include "domain/redaction/secret_keys.hpp"
#include "domain/redaction/values.hpp"

namespace aistack::domain::redaction {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

// Does "name=" or "name:" begin here (after spaces)? Then what stands before it has ended.
bool pair_begins(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 64;
  const auto begin = text.find_first_not_of(' ', at);
  if (begin == npos) return false;
  auto end = begin;
  while (end < text.size() && end - begin < kLongestName && is_name_byte(text[end])) ++end;
  return end > begin && end < text.size() && (text[end] == '=' || text[end] == ':');
}

bool nothing_of_it_at(std::string_view text, std::size_t at) {
  return at >= text.size() || is_space(text[at]) || text[at] == '"' || text[at] == '\'' ||
         text[at] == '\\';
}

// One after the other, the places where a bare value may end.
bool bare_ends_at(std::string_view text, std::size_t at, const Ending& ending) {
  const char c = text[at];
  if (is_space(c)) return true;
  if (c == '"') return ending.around.quotes[0];
  if (c == '\'') return ending.around.single;
  if (c == ',' || c == ';' || c == '&')
    return nothing_of_it_at(text, at + 1) || pair_begins(text, at + 1);
  if (c == ')' || c == ']' || c == '}')
    return ending.around.closes(c) && (nothing_of_it_at(text, at + 1) ||
                                       std::string_view{",;:.)]}"}.find(text[at + 1]) != npos);
  if (c == '<') return at + 1 < text.size() && (text[at + 1] == '/' || text[at + 1] == '!');
  return false;
}

// A backslash in unquoted text: an escape of the string around it, or a byte of the value.
// Gives how many bytes belong to the value; 0: it ends here.
std::size_t escaped(std::string_view text, std::size_t at, const Openings& around) {
  auto end = at;
  while (end < text.size() && text[end] == '\\') ++end;
  const auto slashes = end - at;
  if (end == text.size()) return slashes;
  if (text[end] == '"' && around.in_string()) {
    for (unsigned level = 0; level < 3; ++level)
      if (around.quotes[level] && ends_string(slashes, level)) return 0;
    return slashes + 1;
  }
  const bool control = text[end] == 'n' || text[end] == 'r' || text[end] == 't';
  if (control && slashes % 2 == 1 && around.in_string()) return 0;
  return slashes + (text[end] == '"' || text[end] == '\'' ? 1 : 0);
}

std::size_t end_of_quoted(std::string_view text, std::size_t from, Ending& ending) {
  auto slashes = ending.slashes;
  for (auto i = from; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++slashes;
      continue;
    }
    if (text[i] == ending.quote && ends_string(slashes, ending.level)) {
      // '' inside of '…' is a quote, as YAML and SQL have it.
      if (ending.quote == '\'' && slashes == 0 && i + 1 < text.size() && text[i + 1] == '\'') {
        ++i;
        continue;
      }
      const auto of_the_quote = (std::size_t{1} << ending.level) - 1;
      return i - std::min({slashes, of_the_quote, i - from});
    }
    slashes = 0;
  }
  ending.slashes = slashes;
  return npos;
}

// The first place at which the value ends: where `ends_at` says so, or at a backslash that belongs
// to the string around it.
template <class EndsAt>
std::size_t first_end(std::string_view text, std::size_t from, const Ending& ending,
                      EndsAt ends_at) {
  for (auto i = from; i < text.size();) {
    if (text[i] == '\\') {
      const auto own = escaped(text, i, ending.around);
      if (own == 0) return i;
      i += own;
      continue;
    }
    if (ends_at(i)) return i;
    ++i;
  }
  return npos;
}

bool closes_around(char c, const Ending& ending) {
  return (c == '"' && ending.around.quotes[0]) || (c == '\'' && ending.around.single);
}

std::size_t end_of_bare(std::string_view text, std::size_t from, const Ending& ending) {
  return first_end(text, from, ending,
                   [&](std::size_t i) { return bare_ends_at(text, i, ending); });
}

std::size_t end_of_flow(std::string_view text, std::size_t from, const Ending& ending) {
  return first_end(text, from, ending, [&](std::size_t i) {
    const char c = text[i];
    if (c == ',' && (nothing_of_it_at(text, i + 1) || pair_begins(text, i + 1))) return true;
    return c == '}' || closes_around(c, ending);
  });
}

std::size_t end_of_line(std::string_view text, std::size_t from, const Ending& ending) {
  const auto begins_comment = [&](std::size_t i) {
    return ending.comment && text[i] == '#' && i > from && text[i - 1] == ' ';
  };
  auto end = first_end(text, from, ending, [&](std::size_t i) {
    return closes_around(text[i], ending) || begins_comment(i);
  });
  if (end != npos && begins_comment(end))
    while (end > from && text[end - 1] == ' ') --end;
  return end;
}

std::size_t end_of_list(std::string_view text, std::size_t from, Ending& ending) {
  for (auto i = from; i < text.size(); ++i) {
    if (text[i] == '[') ++ending.depth;
    if (text[i] == ']' && --ending.depth <= 0) return i;
  }
  return npos;
}

}  // namespace

bool is_name_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-' || c == '.';
}

std::size_t end_of_value(std::string_view text, std::size_t from, Ending& ending, bool complete) {
  auto end = npos;
  switch (ending.kind) {
    case Ending::Kind::quoted:
      end = end_of_quoted(text, from, ending);
      break;
    case Ending::Kind::bare:
      end = end_of_bare(text, from, ending);
      break;
    case Ending::Kind::flow:
      end = end_of_flow(text, from, ending);
      break;
    case Ending::Kind::line:
      end = end_of_line(text, from, ending);
      break;
    case Ending::Kind::query:
      end = text.find_first_of("&#\"'<>\\ \t\r`)]}", from);
      break;
    case Ending::Kind::element:
      end = text.find('<', from);
      break;
    case Ending::Kind::list:
      end = end_of_list(text, from, ending);
      break;
  }
  const bool ends_with_line = ending.kind != Ending::Kind::quoted &&
                              ending.kind != Ending::Kind::element &&
                              ending.kind != Ending::Kind::list;
  return end == npos && complete && ends_with_line ? text.size() : end;
}

}  // namespace aistack::domain::redaction
