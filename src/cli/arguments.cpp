#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace aistack::cli {
namespace {

constexpr double kLongestSeconds = 100 * 365.25 * 86400;

std::optional<double> seconds_in(std::string_view unit) {
  if (unit == "ms") return 0.001;
  if (unit == "s") return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 3600;
  if (unit == "d") return 86400;
  return std::nullopt;
}

Error bad_value(std::string_view name, std::string_view text, std::string_view expected) {
  return Error{ErrorCode::kUsage,
               fmt::format("\"{}\" is not {}", printable(text, 100), expected),
               fmt::format("bad value for {}", name),
               {},
               {}};
}

}  // namespace

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  double seconds = 0;
  bool first = true;
  while (!text.empty()) {
    if ((text[0] < '0' || text[0] > '9') && text[0] != '.') return std::nullopt;
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto unit = text.substr(0, text.find_first_of("0123456789."));
    text.remove_prefix(unit.size());
    const bool alone = first && unit.empty() && text.empty();
    const auto factor = alone ? std::optional<double>{1} : seconds_in(unit);
    if (!factor) return std::nullopt;
    seconds += value * *factor;
    first = false;
  }
  if (seconds > kLongestSeconds) return std::nullopt;
  return std::chrono::nanoseconds{std::llround(seconds * 1e9)};
}

bool Arguments::flag(std::string_view name) const {
  return values_.find(name) != values_.end();
}

std::optional<std::string> Arguments::value(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Arguments::values(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

Result<std::optional<std::chrono::nanoseconds>> Arguments::duration(std::string_view name) const {
  const auto text = value(name);
  if (!text) return std::nullopt;
  const auto parsed = parse_duration(*text);
  if (!parsed) return bad_value(name, *text, "a duration such as 30s, 5m, 2h or 1d");
  return parsed;
}

Result<std::optional<std::uint64_t>> Arguments::number(std::string_view name, std::uint64_t least,
                                                       std::uint64_t most) const {
  const auto text = value(name);
  if (!text) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error == std::errc{} && end == text->data() + text->size() && number >= least &&
      number <= most)
    return std::optional<std::uint64_t>{number};
  const auto expected = most == UINT64_MAX
                            ? fmt::format("a whole number of at least {}", least)
                            : fmt::format("a whole number from {} to {}", least, most);
  return bad_value(name, *text, expected);
}

void Arguments::set(std::string name, std::vector<std::string> values) {
  values_[std::move(name)] = std::move(values);
}

void Arguments::set_flag(std::string name) {
  values_[std::move(name)];
}

}  // namespace aistack::cli
