#include <algorithm>
#include <charconv>
#include <chrono>

#include "compose/go_format.hpp"

namespace aistack::compose {

namespace {

bool digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Takes one or two digits from the front; -1: there are none.
int take_number(std::string_view& text) {
  std::size_t count = 0;
  while (count < 2 && count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  int value = -1;
  std::from_chars(text.data(), text.data() + count, value);
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::string two(int value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

// "10:11:12.5" from the front, as "10:11:12.5".
std::optional<std::string> take_clock(std::string_view& text) {
  const int hour = take_number(text);
  if (hour < 0 || hour > 23 || !take(text, ':')) return std::nullopt;
  const int minute = take_number(text);
  if (minute < 0 || minute > 59 || !take(text, ':')) return std::nullopt;
  const int second = take_number(text);
  if (second < 0 || second > 59) return std::nullopt;
  std::string clock = two(hour) + ":" + two(minute) + ":" + two(second);
  if (!take(text, '.')) return clock;
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  std::string fraction(text.substr(0, std::min<std::size_t>(end, 9)));
  if (end == 0) return std::nullopt;
  text.remove_prefix(end);
  while (fraction.ends_with('0')) fraction.pop_back();
  return fraction.empty() ? clock : clock + "." + fraction;
}

// "Z" or "+02:00", as Go prints the zone.
std::optional<std::string> zone_of(std::string_view text) {
  if (text == "Z") return "+0000 UTC";
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
      !digits(text.substr(1, 2)) || !digits(text.substr(4))) {
    return std::nullopt;
  }
  const std::string zone = std::string(text.substr(0, 3)) + std::string(text.substr(4));
  return zone + " " + zone;
}

}  // namespace

std::optional<std::string> go_time(std::string_view text) {
  if (text.size() < 8 || !digits(text.substr(0, 4)) || text[4] != '-') return std::nullopt;
  int year = 0;
  std::from_chars(text.data(), text.data() + 4, year);
  std::string_view rest = text.substr(5);
  const int month = take_number(rest);
  if (!take(rest, '-')) return std::nullopt;
  const int day = take_number(rest);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const std::string written = std::string(text.substr(0, 4)) + "-" + two(month) + "-" + two(day);
  if (rest.empty()) return written + " 00:00:00 +0000 UTC";
  const bool spaced = rest.front() == ' ';
  if (!spaced && rest.front() != 'T' && rest.front() != 't') return std::nullopt;
  rest.remove_prefix(1);
  const auto clock = take_clock(rest);
  const auto zone =
      spaced && rest.empty() ? std::optional<std::string>("+0000 UTC") : zone_of(rest);
  if (!clock || !zone || (spaced && !rest.empty())) return std::nullopt;
  return written + " " + *clock + " " + *zone;
}

}  // namespace aistack::compose
