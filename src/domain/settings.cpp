#include "domain/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <type_traits>
#include <utility>

#include "base/text.hpp"
#include "domain/settings_table.hpp"

namespace aistack::domain {
namespace {

// What is wrong with a value; absent: it was taken.
using Complaint = std::optional<std::string>;

template <class T>
concept Duration =
    std::same_as<T, std::chrono::seconds> || std::same_as<T, std::chrono::milliseconds>;
template <class T>
concept Enumeration = std::is_enum_v<T>;

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", printable(text, 100));
}

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Complaint out_of_range(const SettingKey& key, const SettingField& field, std::string_view text) {
  return fmt::format("{} is not in {}", printable(text, 100), range_of(key, field));
}

// Reads one scalar into the member that `field` points to.
struct Reader {
  const SettingKey& key;
  const SettingField& field;
  std::string_view text;

  Complaint operator()(bool* member) const {
    constexpr std::string_view kYes[] = {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On"};
    constexpr std::string_view kNo[] = {"false", "False", "FALSE", "no", "No", "NO", "off", "Off"};
    if (std::find(std::begin(kYes), std::end(kYes), text) != std::end(kYes))
      *member = true;
    else if (std::find(std::begin(kNo), std::end(kNo), text) != std::end(kNo))
      *member = false;
    else
      return in_quotes(text) + " is neither true nor false";
    return std::nullopt;
  }

  Complaint operator()(std::uint64_t* member) const {
    const auto value = number<std::uint64_t>(text);
    if (!value) return not_whole();
    if (static_cast<double>(*value) < key.least || static_cast<double>(*value) > key.most)
      return out_of_range(key, field, text);
    *member = *value;
    return std::nullopt;
  }

  Complaint operator()(double* member) const {
    const auto value = number<double>(text);
    if (!value || !std::isfinite(*value)) return in_quotes(text) + " is not a number";
    if (*value < key.least || *value > key.most) return out_of_range(key, field, text);
    *member = *value;
    return std::nullopt;
  }

  template <Duration T>
  Complaint operator()(T* member) const {
    std::uint64_t count = 0;
    auto complaint = (*this)(&count);
    if (!complaint) *member = T{static_cast<typename T::rep>(count)};
    return complaint;
  }

  Complaint operator()(std::string* member) const {
    if (text.empty()) return "the value is empty";
    if (key.check != nullptr)
      if (auto complaint = key.check(text)) return complaint;
    *member = text;
    return std::nullopt;
  }

  Complaint operator()(std::optional<std::string>* member) const {
    if (text.empty()) {
      member->reset();
      return std::nullopt;
    }
    std::string value;
    auto complaint = (*this)(&value);
    if (!complaint) *member = std::move(value);
    return complaint;
  }

  // One element more.
  Complaint operator()(std::vector<std::string>* member) const {
    std::string value;
    auto complaint = (*this)(&value);
    if (!complaint) member->push_back(std::move(value));
    return complaint;
  }

  template <Enumeration T>
  Complaint operator()(T* member) const {
    const auto names = names_of(*member);
    const auto found = std::find(names.begin(), names.end(), text);
    if (found != names.end()) {
      *member = static_cast<T>(found - names.begin());
      return std::nullopt;
    }
    const std::vector<std::string> candidates(names.begin(), names.end());
    auto complaint = fmt::format("{} is none of {}", in_quotes(text), join(candidates, ", "));
    if (const auto near = nearest(text, candidates))
      complaint += fmt::format("; did you mean {}?", *near);
    return complaint;
  }

 private:
  Complaint not_whole() const {
    const auto value = number<double>(text);
    if (value && (*value < key.least || *value > key.most)) return out_of_range(key, field, text);
    const auto unit = unit_of(key, field);
    return fmt::format("{} is not a whole number{}", in_quotes(text),
                       unit.empty() ? "" : fmt::format(" of {}", unit));
  }
};

Complaint read_list(const SettingKey& key, const SettingField& field,
                    const std::vector<std::string>& values) {
  auto* const member = *std::get_if<std::vector<std::string>*>(&field);
  std::vector<std::string> list;
  for (const auto& value : values)
    if (auto complaint = Reader{key, field, value}(&list)) return complaint;
  *member = std::move(list);
  return std::nullopt;
}

Complaint read_entry(const SettingKey& key, const SettingField& field, const SettingEntry& entry) {
  const bool is_list = std::holds_alternative<std::vector<std::string>*>(field);
  switch (entry.shape) {
    case SettingEntry::Shape::scalar:
      if (is_list) return read_list(key, field, entry.values);
      return std::visit(Reader{key, field, entry.values.at(0)}, field);
    case SettingEntry::Shape::list:
      if (is_list) return read_list(key, field, entry.values);
      return "takes one value, not a list";
    case SettingEntry::Shape::nothing:
      if (is_list) return read_list(key, field, {});
      if (auto* const text = std::get_if<std::optional<std::string>*>(&field)) {
        (*text)->reset();
        return std::nullopt;
      }
      return "has no value";
    case SettingEntry::Shape::other:
      return is_list ? "takes a list of texts" : "takes one value";
  }
  return std::nullopt;
}

const SettingKey* find_key(std::string_view name) {
  const auto table = setting_table();
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const SettingKey& key) { return key.key == name; });
  return found == table.end() ? nullptr : &*found;
}

bool is_section(std::string_view name) {
  const auto prefix = std::string{name} + ".";
  const auto table = setting_table();
  return std::any_of(table.begin(), table.end(),
                     [&](const SettingKey& key) { return key.key.starts_with(prefix); });
}

std::string_view last_part(std::string_view key) {
  const auto dot = key.rfind('.');
  return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

// Suggestions cost time, and nobody reads the hundredth.
constexpr std::size_t kMostSuggestions = 20;

std::string unknown_key(std::string_view name, bool suggest) {
  for (const auto& key : setting_table())
    if (name.starts_with(std::string{key.key} + "."))
      return fmt::format("{} takes a value, not a mapping", key.key);
  if (!suggest) return "unknown key";
  std::vector<std::string> keys;
  std::vector<std::string> parts;
  for (const auto& key : setting_table()) {
    keys.emplace_back(key.key);
    parts.emplace_back(last_part(key.key));
  }
  auto near = nearest(name, keys);
  if (const auto part = near ? std::nullopt : nearest(last_part(name), parts)) {
    const auto index = std::find(parts.begin(), parts.end(), *part) - parts.begin();
    near = keys[static_cast<std::size_t>(index)];
  }
  return near ? fmt::format("unknown key; did you mean {}?", *near) : "unknown key";
}

// What is wrong with an entry whose key is none of the table's.
Complaint judge_stranger(const SettingEntry& entry, bool suggest) {
  if (!is_section(entry.key)) return unknown_key(entry.key, suggest);
  if (entry.shape == SettingEntry::Shape::nothing) return std::nullopt;  // an empty section
  return "is a section: write its keys below it, indented";
}

// Rules that need more than one key.
void check_together(const EffectiveSettings& settings, std::vector<SettingProblem>& problems) {
  const auto& idle = settings.values.idle;
  const auto sample = settings.values.agent.sample;
  if (idle.min_samples * static_cast<std::uint64_t>(sample.count()) <=
      static_cast<std::uint64_t>(idle.window.count()))
    return;
  for (const auto* key : {"idle.min_samples", "idle.window_seconds", "agent.sample_seconds"}) {
    const auto source = settings.sources.find(key);
    if (source == settings.sources.end()) continue;
    problems.push_back(
        {source->second, key,
         fmt::format("{} samples, one every {} s (agent.sample_seconds), do not fit into {} s "
                     "(idle.window_seconds)",
                     idle.min_samples, sample.count(), idle.window.count())});
    return;
  }
}

}  // namespace

std::string to_string(const SettingProblem& problem) {
  std::string text = problem.source.file.string();
  if (problem.source.line > 0) text += fmt::format(":{}", problem.source.line);
  if (!problem.key.empty()) text += fmt::format(": {}", printable(problem.key, 100));
  return fmt::format("{}: {}", text, problem.message);
}

Error settings_error(const std::vector<SettingProblem>& problems) {
  std::vector<std::string> lines;
  for (const auto& problem : problems) lines.push_back(to_string(problem));
  Error error{ErrorCode::kBadConfig, join(lines, "\n"), "the configuration is not valid"};
  if (!problems.empty()) {
    const auto file = problems[0].source.file.string();
    error.next.push_back(fmt::format("edit {0}, then: aistack config test {0}", file));
  }
  return error;
}

EffectiveSettings apply_settings(const std::vector<SettingEntry>& entries,
                                 std::vector<SettingProblem>& problems) {
  EffectiveSettings result;
  const auto problems_before = problems.size();
  std::map<std::pair<std::filesystem::path, std::string>, int> seen;
  for (const auto& entry : entries) {
    const auto report = [&](std::string message) {
      problems.push_back({entry.source, entry.key, std::move(message)});
    };
    const auto [first, is_new] =
        seen.try_emplace({entry.source.file, entry.key}, entry.source.line);
    if (!is_new) {
      report(fmt::format("stands here a second time, after line {}", first->second));
      continue;
    }
    const auto* const key = find_key(entry.key);
    auto complaint = key == nullptr ? judge_stranger(entry, problems.size() < kMostSuggestions)
                                    : read_entry(*key, key->field(result.values), entry);
    if (complaint)
      report(*std::move(complaint));
    else if (key != nullptr)
      result.sources[entry.key] = entry.source;
  }
  // With a value missing the rest would be judged beside a default that nobody chose.
  if (problems.size() == problems_before) check_together(result, problems);
  return result;
}

}  // namespace aistack::domain
