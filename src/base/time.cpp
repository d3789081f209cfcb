#include "base/time.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>

namespace aistack {
namespace {

using std::chrono::floor;

// Reads exactly `digits` decimal digits at `position` and moves past them.
std::optional<int> number(std::string_view text, std::size_t& position, int digits) {
  int value = 0;
  for (int i = 0; i < digits; ++i, ++position) {
    if (position >= text.size() || std::isdigit(static_cast<unsigned char>(text[position])) == 0)
      return std::nullopt;
    value = value * 10 + (text[position] - '0');
  }
  return value;
}

bool literal(std::string_view text, std::size_t& position, char expected) {
  if (position >= text.size() || text[position] != expected) return false;
  ++position;
  return true;
}

// The fraction of a second after a dot; further digits than nanoseconds are passed over.
std::chrono::nanoseconds fraction(std::string_view text, std::size_t& position) {
  std::int64_t nanoseconds = 0;
  std::int64_t scale = 100'000'000;
  while (position < text.size() && std::isdigit(static_cast<unsigned char>(text[position])) != 0) {
    nanoseconds += (text[position] - '0') * scale;
    scale /= 10;
    ++position;
  }
  return std::chrono::nanoseconds{nanoseconds};
}

std::optional<std::chrono::minutes> offset(std::string_view text, std::size_t& position) {
  if (position >= text.size()) return std::nullopt;
  const char sign = text[position++];
  if (sign == 'Z' || sign == 'z') return std::chrono::minutes{0};
  if (sign != '+' && sign != '-') return std::nullopt;
  const auto hours = number(text, position, 2);
  if (!hours || !literal(text, position, ':')) return std::nullopt;
  const auto minutes = number(text, position, 2);
  if (!minutes) return std::nullopt;
  const std::chrono::minutes total{*hours * 60 + *minutes};
  return sign == '-' ? -total : total;
}

}  // namespace

std::string to_iso8601(Time time, TimePrecision precision) {
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{floor<std::chrono::milliseconds>(time - day)};
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int{date.year()},
                          unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                          clock.minutes().count(), clock.seconds().count());
  if (precision == TimePrecision::milliseconds)
    text += fmt::format(".{:03}", clock.subseconds().count());
  return text + 'Z';
}

std::optional<Time> parse_iso8601(std::string_view text) {
  std::size_t at = 0;
  const auto year = number(text, at, 4);
  constexpr int kLastYear = 2261;  // that 64 bits of nanoseconds can hold in full
  if (!year || *year < 1970 || *year > kLastYear || !literal(text, at, '-')) return std::nullopt;
  const auto month = number(text, at, 2);
  if (!month || !literal(text, at, '-')) return std::nullopt;
  const auto day = number(text, at, 2);
  if (!day || at >= text.size() || (text[at] != 'T' && text[at] != 't' && text[at] != ' '))
    return std::nullopt;
  ++at;
  const auto hour = number(text, at, 2);
  if (!hour || !literal(text, at, ':')) return std::nullopt;
  const auto minute = number(text, at, 2);
  if (!minute || !literal(text, at, ':')) return std::nullopt;
  const auto second = number(text, at, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  std::chrono::nanoseconds rest{0};
  if (literal(text, at, '.')) rest = fraction(text, at);
  const auto zone = offset(text, at);
  if (!zone || at != text.size()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  const auto since_midnight = std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
                              std::chrono::seconds{*second} + rest - *zone;
  return Time{std::chrono::duration_cast<Time::duration>(
      std::chrono::sys_days{date}.time_since_epoch() + since_midnight)};
}

std::string to_short(std::chrono::nanoseconds duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (seconds < 0) return "0s";
  struct Unit {
    std::int64_t seconds;
    char name;
  };
  constexpr std::array<Unit, 4> kUnits{{{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
  for (const auto& unit : kUnits)
    if (seconds >= unit.seconds) return fmt::format("{}{}", seconds / unit.seconds, unit.name);
  return "0s";
}

}  // namespace aistack
