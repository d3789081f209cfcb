#include "compose/to_yaml.hpp"

#include <algorithm>
#include <string_view>

namespace aistack::compose {
namespace {

// Plain scalars are kept to what no reader of YAML 1.1 or 1.2 takes for a number, a boolean, a
// date or syntax: a letter or slash first, then characters without a meaning.
bool is_plain(std::string_view text) {
  constexpr std::string_view kReserved[] = {
      "y",    "Y",     "n",     "N",     "yes",  "Yes",  "YES", "no",   "No",
      "NO",   "on",    "On",    "ON",    "off",  "Off",  "OFF", "true", "True",
      "TRUE", "false", "False", "FALSE", "null", "Null", "NULL"};
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto plain = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') ||
           std::string_view{"_-./@+"}.find(c) != std::string_view::npos;
  };
  if (text.empty() || !(letter(text[0]) || text[0] == '/' || text[0] == '_')) return false;
  if (std::find(std::begin(kReserved), std::end(kReserved), text) != std::end(kReserved))
    return false;
  return std::all_of(text.begin(), text.end(), plain);
}

std::string scalar(const nlohmann::ordered_json& value) {
  if (value.is_string() && is_plain(value.get_ref<const std::string&>()))
    return value.get<std::string>();
  return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string key(const std::string& text) {
  return scalar(text);
}

void emit(const nlohmann::ordered_json& value, int indent, std::string& out) {
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  const auto nested = [](const auto& item) { return item.is_structured() && !item.empty(); };
  if (value.is_object()) {
    for (const auto& [name, item] : value.items()) {
      out += margin + key(name) + ":";
      if (nested(item)) {
        out += '\n';
        emit(item, indent + 2, out);
      } else {
        out += " " + scalar(item) + "\n";
      }
    }
    return;
  }
  for (const auto& item : value) {
    if (!nested(item)) {
      out += margin + "- " + scalar(item) + "\n";
      continue;
    }
    std::string block;
    emit(item, indent + 2, block);
    block[static_cast<std::size_t>(indent)] = '-';  // the margin of its first line
    out += block;
  }
}

}  // namespace

std::string to_yaml(const nlohmann::ordered_json& document) {
  if (!document.is_structured() || document.empty()) return scalar(document) + "\n";
  std::string out;
  emit(document, 0, out);
  return out;
}

}  // namespace aistack::compose
