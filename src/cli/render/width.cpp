#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "cli/render/table.hpp"

// How wide text is on a terminal. No locale is asked: it is UTF-8, and the width of a character
// follows from its code point.
namespace aistack::cli {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Marks that join the character before them, and characters that show nothing.
constexpr std::array<Range, 9> kZeroWidth{{{0x0300, 0x036F},
                                           {0x0483, 0x0489},
                                           {0x0591, 0x05BD},
                                           {0x064B, 0x065F},
                                           {0x200B, 0x200F},
                                           {0x20D0, 0x20FF},
                                           {0xFE00, 0xFE0F},
                                           {0xFE20, 0xFE2F},
                                           {0xFEFF, 0xFEFF}}};
// East Asian characters and pictures.
constexpr std::array<Range, 9> kDoubleWidth{{{0x1100, 0x115F},
                                             {0x2E80, 0x303E},
                                             {0x3041, 0xA4CF},
                                             {0xAC00, 0xD7A3},
                                             {0xF900, 0xFAFF},
                                             {0xFE30, 0xFE6F},
                                             {0xFF00, 0xFF60},
                                             {0x1F300, 0x1FAFF},
                                             {0x20000, 0x3FFFD}}};

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, char32_t code) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& r) { return code >= r.first && code <= r.last; });
}

struct Character {
  std::size_t bytes = 1;
  int width = 1;
};

// The character at the start of `text`, which is not empty. Broken UTF-8 is one column a byte.
Character next_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  std::size_t length = 1;
  char32_t code = lead;
  if (lead >= 0xF0) {
    length = 4;
    code = lead & 0x07U;
  } else if (lead >= 0xE0) {
    length = 3;
    code = lead & 0x0FU;
  } else if (lead >= 0xC0) {
    length = 2;
    code = lead & 0x1FU;
  }
  if (length > text.size()) return {};
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) return {};
    code = code << 6U | (byte & 0x3FU);
  }
  if (in(kZeroWidth, code)) return {length, 0};
  return {length, in(kDoubleWidth, code) ? 2 : 1};
}

// The longest beginning of `text` that takes at most `width` columns.
std::string_view prefix(std::string_view text, int width) {
  std::size_t end = 0;
  while (end < text.size()) {
    const auto character = next_character(text.substr(end));
    if (character.width > width) break;
    width -= character.width;
    end += character.bytes;
  }
  return text.substr(0, end);
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const auto character = next_character(text);
    width += character.width;
    text.remove_prefix(character.bytes);
  }
  return width;
}

std::string fit(std::string_view text, int width) {
  if (width <= 0) return {};
  if (display_width(text) <= width) return std::string{text};
  return std::string{prefix(text, width - 1)} + "…";
}

std::vector<std::string> wrap(std::string_view text, int width) {
  std::vector<std::string> lines;
  std::string line;
  for (const auto& word : split(text, ' ')) {
    if (word.empty()) continue;
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
      lines.push_back(std::move(line));
      line.clear();
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

}  // namespace aistack::cli
