#include "domain/settings_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/text.hpp"

namespace aistack::domain {
namespace {

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", printable(text, 100));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return false;
  for (const auto i : {0U, 1U, 3U, 4U})
    if (!is_digit(text[i])) return false;
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  return hour <= 23 && text[3] <= '5';
}

bool is_day(std::string_view text) {
  constexpr std::array<std::string_view, 7> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  return std::find(kDays.begin(), kDays.end(), text) != kDays.end();
}

// "Mon", "Mon-Fri", "Mon-Wed,Sat".
bool are_days(std::string_view text) {
  for (const auto& part : split(text, ',')) {
    const auto days = split(part, '-');
    if (days.size() > 2 || !std::all_of(days.begin(), days.end(), is_day)) return false;
  }
  return true;
}

// Splits "DAYS REST" and "REST"; absent when the days are wrong.
std::optional<std::string> without_days(std::string_view text) {
  const auto words = split(trim(text), ' ');
  if (words.size() == 1) return words[0];
  if (words.size() != 2 || !are_days(words[0])) return std::nullopt;
  return words[1];
}

bool is_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

}  // namespace

std::optional<std::string> check_absolute_path(std::string_view text) {
  if (has_control(text)) return in_quotes(text) + " holds a control character";
  if (!text.starts_with('/')) return in_quotes(text) + " is not an absolute path";
  return std::nullopt;
}

std::optional<std::string> check_socket(std::string_view text) {
  if (has_control(text)) return in_quotes(text) + " holds a control character";
  if (text.starts_with('/') || text.starts_with("unix:///")) return std::nullopt;
  constexpr std::string_view kTcp = "tcp://";
  if (text.starts_with(kTcp)) {
    const auto address = text.substr(kTcp.size());
    const auto colon = address.rfind(':');
    if (colon != std::string_view::npos && colon > 0 && is_port(address.substr(colon + 1)))
      return std::nullopt;
  }
  return in_quotes(text) + " is none of /PATH, unix:///PATH and tcp://HOST:PORT";
}

std::optional<std::string> check_name(std::string_view text) {
  const auto fits = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  };
  if (text.empty() || text.size() > 64 || !std::all_of(text.begin(), text.end(), fits) ||
      std::isalnum(static_cast<unsigned char>(text[0])) == 0)
    return in_quotes(text) + " is not a name (letters, digits, \"-\", \"_\" and \".\")";
  return std::nullopt;
}

std::optional<std::string> check_interface(std::string_view text) {
  const auto fits = [](unsigned char c) { return c > 0x20 && c < 0x7F && c != '/' && c != ':'; };
  if (text.empty() || text.size() > 15 || !std::all_of(text.begin(), text.end(), fits) ||
      text == "." || text == "..")
    return in_quotes(text) + " is not the name of a network interface";
  return std::nullopt;
}

std::optional<std::string> check_mac(std::string_view text) {
  bool good = text.size() == 17;
  for (std::size_t i = 0; good && i < text.size(); ++i)
    good = i % 3 == 2 ? text[i] == ':' || text[i] == '-'
                      : std::isxdigit(static_cast<unsigned char>(text[i])) != 0;
  if (!good) return in_quotes(text) + " is not a MAC address such as 52:54:00:12:34:56";
  return std::nullopt;
}

std::optional<std::string> check_awake(std::string_view text) {
  const auto rest = without_days(text);
  if (rest) {
    const auto times = split(*rest, '-');
    if (times.size() == 2 && is_time(times[0]) && is_time(times[1]) && times[0] != times[1])
      return std::nullopt;
  }
  return in_quotes(text) + " is not a time span such as \"Mon-Fri 08:00-20:00\"";
}

std::optional<std::string> check_schedule(std::string_view text) {
  const auto rest = without_days(text);
  if (rest && is_time(*rest)) return std::nullopt;
  return in_quotes(text) + " is not a time such as \"Sun 03:00\" or \"03:00\"";
}

std::optional<std::string> check_process(std::string_view text) {
  if (text.empty() || text.size() > 15 || text.find('/') != std::string_view::npos ||
      has_control(text))
    return in_quotes(text) + " is not a program's name (at most 15 characters, no path)";
  return std::nullopt;
}

}  // namespace aistack::domain
