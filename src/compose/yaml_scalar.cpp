#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>

#include "compose/go_format.hpp"
#include "compose/yaml_reader.hpp"

// How a plain scalar gets its type: null, true/false, integers in any base, floats, dates; anything
// else is a text. In particular `yes`, `on` and 22:22 are texts, and 010 is 8.
namespace aistack::compose {

namespace {

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// 0x1F, 0o17, 017, 0b1, 42, each with a sign.
bool read_any_base(std::string_view text, std::int64_t& out) {
  bool negative = false;
  if (text.starts_with('-') || text.starts_with('+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  int base = 10;
  if (text.size() > 1 && text.front() == '0') {
    const char letter = static_cast<char>(text[1] | 0x20);
    base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
    text.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
  }
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || result.ec != std::errc() || result.ptr != text.data() + text.size()) {
    return false;
  }
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value > kMax + (negative ? 1 : 0)) return false;
  out = negative ? static_cast<std::int64_t>(~value + 1) : static_cast<std::int64_t>(value);
  return true;
}

bool read_unsigned(std::string_view text, std::uint64_t& out) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

// [-+]?(.5|5|5.|5.5)([eE][-+]?5)?
bool looks_like_float(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const auto e = text.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view exponent = text.substr(e + 1);
    if (exponent.starts_with('-') || exponent.starts_with('+')) exponent.remove_prefix(1);
    if (!digits(exponent)) return false;
    text = text.substr(0, e);
  }
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return digits(text);
  const std::string_view after = text.substr(dot + 1);
  if (dot == 0) return digits(after);
  return digits(text.substr(0, dot)) && (after.empty() || digits(after));
}

}  // namespace

Node plain_scalar(const std::string& text, Mark mark) {
  static constexpr std::array<std::string_view, 5> kNull{"", "~", "null", "Null", "NULL"};
  static constexpr std::array<std::string_view, 3> kTrue{"true", "True", "TRUE"};
  static constexpr std::array<std::string_view, 3> kFalse{"false", "False", "FALSE"};
  static constexpr std::array<std::string_view, 12> kNotFinite{".nan",  ".NaN",  ".NAN",  ".inf",
                                                               ".Inf",  ".INF",  "+.inf", "+.Inf",
                                                               "+.INF", "-.inf", "-.Inf", "-.INF"};
  Node node = Node::make_string(text, mark);
  if (one_of(text, kNull)) {
    node.kind = Node::Kind::null;
  } else if (one_of(text, kTrue) || one_of(text, kFalse)) {
    node.kind = Node::Kind::boolean;
    node.boolean = one_of(text, kTrue);
  } else if (one_of(text, kNotFinite)) {
    node.kind = Node::Kind::floating;
    node.floating = text.back() == 'f' || text.back() == 'F'
                        ? std::numeric_limits<double>::infinity()
                        : std::numeric_limits<double>::quiet_NaN();
    if (text.front() == '-') node.floating = -node.floating;
  } else if (std::string_view("+-.0123456789").find(text.front()) != std::string_view::npos) {
    std::string number = text;
    std::erase(number, '_');
    if (go_time(text)) {
      node.kind = Node::Kind::timestamp;
    } else if (number == "-0" || number == "-0.0") {
      node.kind = Node::Kind::floating;
      node.floating = -0.0;
    } else if (std::int64_t integer = 0; read_any_base(number, integer)) {
      node.kind = Node::Kind::integer;
      node.integer = integer;
    } else if (double value = 0; looks_like_float(number) && read_float(number, value)) {
      // An integer that needs 64 bits without a sign is known by its text.
      if (std::uint64_t large = 0; digits(number) && read_unsigned(number, large)) {
        node.text = std::to_string(large);
      } else if (digits(number)) {
        node.text = number + ".";
      }
      node.kind = Node::Kind::floating;
      node.floating = value;
    }
  }
  return node;
}

}  // namespace aistack::compose
