#include "domain/redaction/line_context.hpp"

#include <bit>

namespace aistack::domain::redaction {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// The length of an RFC 3339 time; 0 if there is none.
std::size_t time_length(std::string_view text) {
  constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < kPattern.size() + 1) return 0;
  for (std::size_t i = 0; i < kPattern.size(); ++i) {
    if (kPattern[i] == 'd' ? !is_digit(text[i]) : text[i] != kPattern[i]) return 0;
  }
  const auto zone = text.find_first_not_of("0123456789.", kPattern.size());
  if (zone == std::string_view::npos) return 0;
  if (text[zone] == 'Z') return zone + 1;
  const auto offset = text.substr(zone, 6);
  if (offset.size() == 6 && (offset[0] == '+' || offset[0] == '-') && offset[3] == ':')
    return zone + 6;
  return 0;
}

}  // namespace

unsigned level_of(std::size_t backslashes) {
  return static_cast<unsigned>(std::bit_width(backslashes + 1)) - 1;
}

bool ends_string(std::size_t backslashes, unsigned level) {
  for (unsigned i = 0; i < level; ++i) {
    if (backslashes % 2 == 0) return true;  // it ends the string around that one
    backslashes = (backslashes - 1) / 2;
  }
  return backslashes % 2 == 0;
}

void Openings::pass(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      const auto level = level_of(slashes_ % 2 == 0 ? 0 : slashes_);
      if (level < 3) {
        quotes[level] = !quotes[level];
        for (auto deeper = level + 1; deeper < 3; ++deeper) quotes[deeper] = false;
      }
    } else if (c == '\'') {
      // An apostrophe ("don't") opens nothing.
      if (single || !is_word(before_)) single = !single;
    } else if (c == '(') {
      ++round;
    } else if (c == ')') {
      if (round > 0) --round;
    } else if (c == '[') {
      ++square;
    } else if (c == ']') {
      if (square > 0) --square;
    } else if (c == '{') {
      ++curly;
    } else if (c == '}') {
      if (curly > 0) --curly;
    }
    slashes_ = c == '\\' ? slashes_ + 1 : 0;
    before_ = c;
  }
}

Openings Line::openings_at(std::size_t place) {
  if (place > passed_to) {
    passed.pass(text.substr(passed_to, place - passed_to));
    passed_to = place;
  }
  return passed;
}

bool Openings::closes(char bracket) const {
  return (bracket == ')' && round > 0) || (bracket == ']' && square > 0) ||
         (bracket == '}' && curly > 0);
}

std::size_t log_prefix(std::string_view line) {
  auto length = time_length(line);
  if (length == 0 || length >= line.size() || line[length] != ' ') return 0;
  ++length;
  for (const std::string_view stream : {"stdout ", "stderr "})
    if (line.substr(length).starts_with(stream)) {
      length += stream.size();
      for (const std::string_view part : {"F ", "P "})
        if (line.substr(length).starts_with(part)) length += part.size();
      break;
    }
  return length;
}

std::size_t indentation(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? text.size() : first;
}

}  // namespace aistack::domain::redaction
