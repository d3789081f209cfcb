#include "cli/render/colored_text.hpp"

#include <cstdint>

#include "base/text.hpp"

namespace aistack::cli {
namespace {

constexpr std::string_view kBegin = "\x1b[";
constexpr std::string_view kReset = "\x1b[0m";

// The length of the colour sequence that `text` begins with; 0 if it begins with none.
std::size_t color_sequence(std::string_view text) {
  if (!text.starts_with(kBegin)) return 0;
  const auto end = text.find_first_not_of("0123456789;:", kBegin.size());
  return end == std::string_view::npos || text[end] != 'm' ? 0 : end + 1;
}

}  // namespace

std::string colored_text(std::string_view text, bool color) {
  std::string result;
  bool colored = false;
  std::size_t plain = 0;  // from here to `at` no colour was found
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos;) {
    const auto length = color_sequence(text.substr(at));
    if (length > 0) {
      result += printable(text.substr(plain, at - plain), SIZE_MAX);
      if (color) result += text.substr(at, length);
      colored |= color;
      plain = at + length;
    }
    at = text.find(kBegin, at + (length > 0 ? length : 1));
  }
  result += printable(text.substr(plain), SIZE_MAX);
  if (colored) result += kReset;
  return result;
}

}  // namespace aistack::cli
