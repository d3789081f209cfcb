#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/settings.hpp"

// The one place where keys of config.yaml are declared. Only settings.cpp and settings_text.cpp
// read it.
namespace aistack::domain {

// A key's place in Settings; its type is the key's type.
using SettingField =
    std::variant<bool*, std::uint64_t*, double*, std::chrono::seconds*, std::chrono::milliseconds*,
                 std::string*, std::optional<std::string>*, std::vector<std::string>*,
                 ContainerRuntime*, Expose*, UpdateMode*, LogLevel*, LogFormat*>;

// What is wrong with a text value, or absent.
using TextCheck = std::optional<std::string> (*)(std::string_view text);

struct SettingKey {
  std::string_view key = {};
  SettingField (*field)(Settings& settings) = nullptr;
  double least = 0;  // of numbers and durations
  double most = 0;
  std::string_view unit = {};  // "seconds", "percent"; "" for none
  TextCheck check = nullptr;   // of texts, and of each element of a list
  std::string_view doc = {};   // one line
};

std::span<const SettingKey> setting_table();

// What its numbers count, "" for nothing. Durations know it by their type.
std::string_view unit_of(const SettingKey& key, const SettingField& field);
// "10 to 86400 seconds"; "" where every value is allowed.
std::string range_of(const SettingKey& key, const SettingField& field);

// The spellings of an enumeration, in the order of its values.
std::span<const std::string_view> names_of(ContainerRuntime value);
std::span<const std::string_view> names_of(Expose value);
std::span<const std::string_view> names_of(UpdateMode value);
std::span<const std::string_view> names_of(LogLevel value);
std::span<const std::string_view> names_of(LogFormat value);

}  // namespace aistack::domain
