#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <iterator>
#include <type_traits>
#include <utility>

#include "base/text.hpp"
#include "domain/settings.hpp"
#include "domain/settings_table.hpp"

// Settings as text: what `config show`, the manual page and the example file print.
namespace aistack::domain {
namespace {

template <class T>
concept Duration =
    std::same_as<T, std::chrono::seconds> || std::same_as<T, std::chrono::milliseconds>;
template <class T>
concept Enumeration = std::is_enum_v<T>;

// Text as one writes it in YAML: quoted where plain text would mean something else.
std::string yaml_text(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '.' || c == '_' || c == '-';
  };
  constexpr std::string_view kWords[] = {"true", "false", "yes", "no", "on", "off", "null"};
  if (!text.empty() && text[0] != '-' && std::all_of(text.begin(), text.end(), plain) &&
      std::find(std::begin(kWords), std::end(kWords), text) == std::end(kWords))
    return text;
  std::string result = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

struct Writer {
  std::string operator()(const bool* member) const { return *member ? "true" : "false"; }
  std::string operator()(const std::uint64_t* member) const { return fmt::format("{}", *member); }
  std::string operator()(const double* member) const { return fmt::format("{}", *member); }
  template <Duration T>
  std::string operator()(const T* member) const {
    return fmt::format("{}", member->count());
  }
  std::string operator()(const std::string* member) const { return yaml_text(*member); }
  std::string operator()(const std::optional<std::string>* member) const {
    return *member ? yaml_text(**member) : "";
  }
  std::string operator()(const std::vector<std::string>* member) const {
    std::vector<std::string> parts;
    std::transform(member->begin(), member->end(), std::back_inserter(parts), yaml_text);
    return fmt::format("[{}]", join(parts, ", "));
  }
  template <Enumeration T>
  std::string operator()(const T* member) const {
    return std::string{to_string(*member)};
  }
};

struct JsonWriter {
  nlohmann::json operator()(const bool* member) const { return *member; }
  nlohmann::json operator()(const std::uint64_t* member) const { return *member; }
  nlohmann::json operator()(const double* member) const { return *member; }
  template <Duration T>
  nlohmann::json operator()(const T* member) const {
    return member->count();
  }
  nlohmann::json operator()(const std::string* member) const { return *member; }
  nlohmann::json operator()(const std::optional<std::string>* member) const {
    return *member ? nlohmann::json(**member) : nlohmann::json();
  }
  nlohmann::json operator()(const std::vector<std::string>* member) const { return *member; }
  template <Enumeration T>
  nlohmann::json operator()(const T* member) const {
    return std::string{to_string(*member)};
  }
};

struct TypeName {
  std::string operator()(const bool*) const { return "true or false"; }
  std::string operator()(const std::uint64_t*) const { return "whole number"; }
  std::string operator()(const double*) const { return "number"; }
  template <Duration T>
  std::string operator()(const T*) const {
    return "whole number";
  }
  std::string operator()(const std::string*) const { return "text"; }
  std::string operator()(const std::optional<std::string>*) const { return "text"; }
  std::string operator()(const std::vector<std::string>*) const { return "list of texts"; }
  template <Enumeration T>
  std::string operator()(const T* member) const {
    const auto names = names_of(*member);
    std::vector<std::string> first(names.begin(), names.end() - 1);
    return fmt::format("{} or {}", join(first, ", "), names.back());
  }
};

template <class T>
std::string_view name_of(T value) {
  return names_of(value)[static_cast<std::size_t>(value)];
}

}  // namespace

std::string_view to_string(ContainerRuntime value) {
  return name_of(value);
}
std::string_view to_string(Expose value) {
  return name_of(value);
}
std::string_view to_string(UpdateMode value) {
  return name_of(value);
}
std::string_view to_string(LogLevel value) {
  return name_of(value);
}
std::string_view to_string(LogFormat value) {
  return name_of(value);
}

std::vector<SettingRow> setting_rows(const EffectiveSettings& settings) {
  std::vector<SettingRow> rows;
  auto values = settings.values;
  for (const auto& key : setting_table()) {
    const auto field = key.field(values);
    SettingRow row;
    row.key = key.key;
    row.value = std::visit(Writer{}, field);
    row.json = std::visit(JsonWriter{}, field);
    if (const auto source = settings.sources.find(row.key); source != settings.sources.end())
      row.source = source->second;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<SettingDoc> setting_docs() {
  std::vector<SettingDoc> docs;
  Settings defaults;
  for (const auto& key : setting_table()) {
    const auto field = key.field(defaults);
    docs.push_back({std::string{key.key}, std::visit(TypeName{}, field), range_of(key, field),
                    std::visit(Writer{}, field), std::string{key.doc}});
  }
  return docs;
}

std::string example_config() {
  std::string text =
      "# Settings of aistack: /etc/aistack/config.yaml, then ~/.aistack/config.yaml.\n"
      "# Every key is shown with its default; take the \"#\" away to change one.\n"
      "# \"idle.window_seconds: 300\" may also be written as \"window_seconds\" under \"idle:\".\n"
      "# After a change: aistack config test\n";
  for (const auto& doc : setting_docs()) {
    const auto type = doc.range.empty() ? doc.type : fmt::format("{}, {}", doc.type, doc.range);
    text += fmt::format("\n# {}\n# {}\n#{}: {}\n", doc.doc, type, doc.key,
                        doc.default_value.empty() ? "\"\"" : doc.default_value);
  }
  return text;
}

}  // namespace aistack::domain
