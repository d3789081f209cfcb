#include "compose/go_format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/text.hpp"

namespace aistack::compose {

namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr int kPlainDigits = 6;  // from 1e+06 on, Go prints an exponent

// The shortest digits of a positive number: d.ddd as "dddd", and the decimal exponent of the first.
template <class Float>
std::pair<std::string, int> shortest_digits(Float value) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::scientific)
                       .ptr;
  const std::string text(buffer.data(), end);
  const auto e = text.find('e');
  std::string digits = text.substr(0, e);
  std::erase(digits, '.');
  int exponent = 0;
  const char* first = text.data() + e + 1;
  if (*first == '+') ++first;
  std::from_chars(first, text.data() + text.size(), exponent);
  return {digits, exponent};
}

std::string plain_decimal(const std::string& digits, int exponent) {
  if (exponent < 0)
    return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return digits + std::string(whole - digits.size(), '0');
  return digits.substr(0, whole) + "." + digits.substr(whole);
}

// A fraction of `unit` in whole nanoseconds, with its zeros at the end cut.
std::string with_fraction(std::uint64_t value, std::uint64_t unit) {
  std::string text = std::to_string(value / unit);
  std::string fraction;
  for (std::uint64_t rest = value % unit, scale = unit / 10; rest != 0; scale /= 10) {
    fraction += static_cast<char>('0' + rest / scale);
    rest %= scale;
  }
  return fraction.empty() ? text : text + "." + fraction;
}

void append_escaped(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    switch (c) {
      case '"':
        out += "\\\"";
        continue;
      case '\\':
        out += "\\\\";
        continue;
      case '\b':
        out += "\\b";
        continue;
      case '\f':
        out += "\\f";
        continue;
      case '\n':
        out += "\\n";
        continue;
      case '\r':
        out += "\\r";
        continue;
      case '\t':
        out += "\\t";
        continue;
      default:
        break;
    }
    // U+2028 and U+2029 end a line in JavaScript, so Go escapes them.
    const std::string_view three = text.substr(i, 3);
    if (three == "\xe2\x80\xa8" || three == "\xe2\x80\xa9") {
      out += three.back() == '\xa8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else if (c < 0x20 || c == '<' || c == '>' || c == '&') {
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
    } else {
      out += static_cast<char>(c);
    }
  }
  out += '"';
}

// As Go's JSON has it: no exponent from 1e-6 up to 1e21, none with a leading zero.
std::string json_float(double value) {
  if (!std::isfinite(value)) return "null";
  const std::string sign = std::signbit(value) ? "-" : "";
  if (value == 0) return sign + "0";
  const auto [digits, exponent] = shortest_digits(std::abs(value));
  if (exponent >= -6 && exponent < 21) return sign + plain_decimal(digits, exponent);
  return sign + digits.substr(0, 1) + (digits.size() > 1 ? "." + digits.substr(1) : "") +
         (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

void append_json(std::string& out, const nlohmann::ordered_json& value, int indent, int depth) {
  const bool object = value.is_object();
  if (!object && !value.is_array()) {
    if (value.is_string()) {
      append_escaped(out, value.get_ref<const std::string&>());
    } else if (value.is_number_float()) {
      out += json_float(value.get<double>());
    } else {
      out += value.dump();
    }
    return;
  }
  const auto line = [&](int at) {
    if (indent >= 0) out += "\n" + std::string(static_cast<std::size_t>(indent * at), ' ');
  };
  out += object ? '{' : '[';
  bool first = true;
  for (auto item = value.begin(); item != value.end(); ++item) {
    if (!first) out += ',';
    first = false;
    line(depth + 1);
    if (object) {
      append_escaped(out, item.key());
      out += indent >= 0 ? ": " : ":";
    }
    append_json(out, *item, indent, depth + 1);
  }
  if (!first) line(depth);
  out += object ? '}' : ']';
}

std::int64_t duration_unit(std::string_view unit) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 10> kUnits{
      {{"ns", 1},
       {"us", 1'000},
       {"\u00b5s", 1'000},
       {"\u03bcs", 1'000},
       {"ms", 1'000'000},
       {"s", 1'000'000'000},
       {"m", 60'000'000'000},
       {"h", 3'600'000'000'000},
       {"d", 86'400'000'000'000},
       {"w", 604'800'000'000'000}}};
  const auto* found = std::find_if(kUnits.begin(), kUnits.end(),
                                   [&](const auto& entry) { return entry.first == unit; });
  return found == kUnits.end() ? 0 : found->second;
}

// Takes "1.5h" from the front, in nanoseconds.
Reading take_duration(std::string_view& rest, std::int64_t& part) {
  const auto number_end = std::min(rest.find_first_not_of("0123456789."), rest.size());
  const std::string_view number = rest.substr(0, number_end);
  rest.remove_prefix(number_end);
  const auto unit_end = std::min(rest.find_first_of("0123456789."), rest.size());
  const std::string_view unit = rest.substr(0, unit_end);
  rest.remove_prefix(unit_end);
  if (number.empty() || number == "." || std::count(number.begin(), number.end(), '.') > 1) {
    return {"is not a duration"};
  }
  if (unit.empty()) return {"is a number without a unit"};
  const std::int64_t scale = duration_unit(unit);
  if (scale == 0) return {"has the unknown unit \"" + std::string(unit) + "\""};
  const auto dot = number.find('.');
  const std::string_view whole_text = number.substr(0, dot);
  std::int64_t whole = 0;
  if (!whole_text.empty() && !read_integer(whole_text, whole)) return {"is too long"};
  if (whole > kMax / scale) return {"is too long"};
  part = whole * scale;
  if (dot == std::string_view::npos) return {};
  // As Go does it: the digits as an integer, scaled in floating point.
  std::int64_t fraction = 0;
  double places = 1;
  for (const char c : number.substr(dot + 1)) {
    if (fraction > (kMax - 9) / 10) break;
    fraction = fraction * 10 + (c - '0');
    places *= 10;
  }
  const auto extra = static_cast<std::int64_t>(static_cast<double>(fraction) *
                                               (static_cast<double>(scale) / places));
  if (part > kMax - extra) return {"is too long"};
  part += extra;
  return {};
}

}  // namespace

std::string go_float(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  const std::string sign = std::signbit(value) ? "-" : "";
  if (value == 0) return sign + "0";
  const auto [digits, exponent] = shortest_digits(std::abs(value));
  if (exponent >= -4 && exponent < kPlainDigits) return sign + plain_decimal(digits, exponent);
  const int size = std::abs(exponent);
  return sign + digits.substr(0, 1) + (digits.size() > 1 ? "." + digits.substr(1) : "") +
         (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + std::to_string(size);
}

std::string go_duration(std::chrono::nanoseconds duration) {
  const std::int64_t count = duration.count();
  if (count == 0) return "0s";
  const std::string sign = count < 0 ? "-" : "";
  const std::uint64_t ns =
      count < 0 ? ~static_cast<std::uint64_t>(count) + 1 : static_cast<std::uint64_t>(count);
  if (ns < 1'000) return sign + std::to_string(ns) + "ns";
  if (ns < 1'000'000) return sign + with_fraction(ns, 1'000) + "\u00b5s";
  if (ns < 1'000'000'000) return sign + with_fraction(ns, 1'000'000) + "ms";
  constexpr std::uint64_t kMinute = 60'000'000'000;
  std::string text = with_fraction(ns % kMinute, 1'000'000'000) + "s";
  if (ns >= kMinute) {
    const std::uint64_t minutes = ns / kMinute;
    text = std::to_string(minutes % 60) + "m" + text;
    if (minutes >= 60) text = std::to_string(minutes / 60) + "h" + text;
  }
  return sign + text;
}

Reading read_duration(std::string_view text, std::chrono::nanoseconds& out) {
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
  if (rest == "0") {
    out = std::chrono::nanoseconds(0);
    return {};
  }
  if (rest.empty()) return {"is not a duration"};
  std::int64_t total = 0;
  while (!rest.empty()) {
    std::int64_t part = 0;
    if (auto reading = take_duration(rest, part); !reading) return reading;
    if (total > kMax - part) return {"is too long"};
    total += part;
  }
  out = std::chrono::nanoseconds(negative ? -total : total);
  return {};
}

Reading read_bytes(std::string_view text, std::int64_t& out) {
  if (read_integer(text, out)) return {};
  const auto last = text.find_last_of("0123456789. ");
  if (last == std::string_view::npos) return {"is not a size"};
  const bool spaced = text[last] == ' ';
  const std::string_view number = text.substr(0, spaced ? last : last + 1);
  std::string suffix(text.substr(last + 1));
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  double value = 0;
  if (!read_float(number, value) || value < 0) return {"is not a size"};
  static constexpr std::string_view kUnits = "kmgtp";
  if (!suffix.empty() && suffix != "b") {
    const auto power = kUnits.find(suffix.front());
    const std::string_view tail = std::string_view(suffix).substr(1);
    if (power == std::string_view::npos || (!tail.empty() && tail != "b" && tail != "ib")) {
      return {"has the unknown unit \"" + suffix + "\""};
    }
    value *= std::pow(1024.0, static_cast<double>(power) + 1);
  }
  if (!(value < 9.2e18)) return {"is too large"};
  out = static_cast<std::int64_t>(value);
  return {};
}

bool read_integer(std::string_view text, std::int64_t& out) {
  if (text.starts_with('+')) text.remove_prefix(1), text = text.starts_with('-') ? "" : text;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && result.ec == std::errc() && result.ptr == text.data() + text.size();
}

bool read_float(std::string_view text, double& out) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && result.ec == std::errc() && result.ptr == text.data() + text.size();
}

nlohmann::ordered_json float32_json(float value) {
  if (std::abs(value) < 1e15F && value == std::trunc(value))
    return static_cast<std::int64_t>(value);
  if (!std::isfinite(value)) return 0;
  const auto [digits, exponent] = shortest_digits(std::abs(value));
  double wide = 0;
  read_float(plain_decimal(digits, exponent), wide);
  return std::signbit(value) ? -wide : wide;
}

std::string go_json(const nlohmann::ordered_json& value, int indent) {
  std::string out;
  append_json(out, value, indent, 0);
  return out;
}

}  // namespace aistack::compose
