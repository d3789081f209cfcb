#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace aistack::cli {

// The options that every command takes, before or after its name.
struct GlobalOptions {
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool no_color = false;  // only --no-color; the environment's NO_COLOR is Output's business
  bool yes = false;
  std::optional<std::string> config;         // --config FILE, as typed
  std::chrono::nanoseconds lock_timeout{0};  // --lock-timeout D
};

// "30s", "5m", "2h", "1d", "1h30m", "500ms"; a number alone is seconds, and may have a fraction.
// Absent: not a duration, negative, or longer than a hundred years.
std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text);

// What was typed for one command, by the names of its table row ("--pull", "SERVICE"). Choices and
// required arguments have been checked, defaults filled in. A name that the row does not have
// reads as absent.
class Arguments {
 public:
  bool flag(std::string_view name) const;
  // The last one given; the row's default if there was none.
  std::optional<std::string> value(std::string_view name) const;
  // All of them; the default as the only one.
  std::vector<std::string> values(std::string_view name) const;
  // kUsage: not a duration (see parse_duration).
  Result<std::optional<std::chrono::nanoseconds>> duration(std::string_view name) const;
  // kUsage: not a whole decimal number, or outside of [least, most].
  Result<std::optional<std::uint64_t>> number(std::string_view name, std::uint64_t least = 0,
                                              std::uint64_t most = UINT64_MAX) const;

  // For the parser and for tests.
  void set(std::string name, std::vector<std::string> values);
  void set_flag(std::string name);

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

}  // namespace aistack::cli
