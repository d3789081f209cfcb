#include "domain/log_record.hpp"

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"

namespace aistack::domain {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostElements = 20;
// How long a text may be; the next one is tried where the whole line is too long.
constexpr auto kLengths = std::to_array<std::size_t>({4000, 400, 40});

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  auto end = most;
  while (end > 0 && is_continuation(text[end])) --end;
  return text.substr(0, end) + "…";
}

// The same value with every text, list and object in it cut.
Json cut(const Json& value, std::size_t most) {
  if (value.is_string()) return cut(value.get_ref<const std::string&>(), most);
  if (!value.is_structured()) return value;
  auto copy = value.is_array() ? Json::array() : Json::object();
  for (const auto& [key, element] : value.items()) {
    if (copy.size() == kMostElements) break;
    if (value.is_array())
      copy.push_back(cut(element, most));
    else
      copy[cut(key, most)] = cut(element, most);
  }
  return copy;
}

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json json_of(const LogRecord& record, std::size_t most) {
  Json line{{"time", to_iso8601(record.time, TimePrecision::milliseconds)},
            {"level", to_string(record.level)},
            {"pid", record.pid},
            {"command", cut(record.command, most)}};
  if (!record.service.empty()) line["service"] = cut(record.service, most);
  if (!record.operation.empty()) line["operation"] = cut(record.operation, most);
  line["message"] = cut(record.message, most);
  line.update(cut(record.fields, most));
  return line;
}

bool needs_quotes(const std::string& text) {
  if (text.empty()) return true;
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\' || c == '\x7f')
      return true;
  return false;
}

std::string text_of(const Json& value) {
  if (!value.is_string()) return dump(value);
  const auto& text = value.get_ref<const std::string&>();
  return needs_quotes(text) ? dump(value) : text;
}

std::string text_of(const LogRecord& record, std::size_t most) {
  auto line =
      fmt::format("{} {:<5} aistack[{}] {}: ", to_iso8601(record.time, TimePrecision::milliseconds),
                  to_string(record.level), record.pid, printable(record.command, most));
  if (!record.service.empty()) line += printable(record.service, most) + ": ";
  line += printable(record.message, most);
  const auto field = [&](const std::string& name, const Json& value) {
    line += fmt::format(" {}={}", printable(name, most), printable(text_of(value), SIZE_MAX));
  };
  if (!record.operation.empty()) field("operation", cut(record.operation, most));
  const auto fields = cut(record.fields, most);
  for (const auto& [name, value] : fields.items()) {
    const bool said = value.is_string() && value.get_ref<const std::string&>() == record.message;
    if (!said) field(name, value);
  }
  return line;
}

template <class Render>
std::string bounded(const LogRecord& record, Render&& render) {
  for (const auto most : kLengths) {
    auto line = render(record, most);
    if (line.size() < kLongestLogLine) return line + '\n';
  }
  auto bare = record;
  bare.fields = {{"left_out", "the fields were too long"}};
  return render(bare, kLengths.back()) + '\n';
}

}  // namespace

std::string to_json_line(const LogRecord& record) {
  return bounded(record,
                 [](const LogRecord& one, std::size_t most) { return dump(json_of(one, most)); });
}

std::string to_text_line(const LogRecord& record) {
  return bounded(record, [](const LogRecord& one, std::size_t most) { return text_of(one, most); });
}

}  // namespace aistack::domain
