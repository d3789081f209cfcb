#include "adapters/engine/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/json_depth.hpp"
#include "base/text.hpp"

namespace aistack::engine {
namespace {

constexpr std::size_t kLongestObject = 4 * 1024 * 1024;

bool is_space(char byte) {
  return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

}  // namespace

const Json& member(const Json& object, const char* key) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

std::string text_of(const Json& object, const char* key) {
  const auto& value = member(object, key);
  return value.is_string() ? value.get_ref<const std::string&>() : std::string();
}

std::int64_t number_of(const Json& object, const char* key) {
  const auto& value = member(object, key);
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    return number > static_cast<std::uint64_t>(kMost) ? kMost : static_cast<std::int64_t>(number);
  }
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

std::uint64_t count_of(const Json& object, const char* key) {
  const auto& value = member(object, key);
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  return 0;
}

int clamp_int(std::int64_t number) {
  return static_cast<int>(std::clamp<std::int64_t>(number, INT32_MIN, INT32_MAX));
}

bool flag_of(const Json& object, const char* key) {
  const auto& value = member(object, key);
  return value.is_boolean() && value.get<bool>();
}

std::vector<std::string> texts_of(const Json& object, const char* key) {
  std::vector<std::string> texts;
  const auto& value = member(object, key);
  if (!value.is_array()) return texts;
  for (const auto& item : value)
    if (item.is_string()) texts.push_back(item.get_ref<const std::string&>());
  return texts;
}

std::map<std::string, std::string> labels_of(const Json& object, const char* key) {
  std::map<std::string, std::string> labels;
  const auto& value = member(object, key);
  if (!value.is_object()) return labels;
  for (const auto& [name, text] : value.items())
    if (text.is_string()) labels.emplace(name, text.get_ref<const std::string&>());
  return labels;
}

std::vector<std::string> keys_of(const Json& object, const char* key) {
  std::vector<std::string> keys;
  const auto& value = member(object, key);
  if (!value.is_object()) return keys;
  for (const auto& item : value.items()) keys.push_back(item.key());
  return keys;
}

std::string to_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Error garbage(std::string_view what, std::string_view sample) {
  return {ErrorCode::kEngineProtocol,
          fmt::format("the engine's answer is not what its API promises: {}: {}", what,
                      printable(sample.substr(0, 80)))};
}

Result<Json> parse_document(std::string_view text) {
  if (is_deep_json(text)) return garbage("nested too deeply", text);
  auto document = Json::parse(text.begin(), text.end(), nullptr, false);
  if (document.is_discarded() || !document.is_structured()) return garbage("no JSON", text);
  return document;
}

// White space and punctuation between objects.
Result<> JsonObjects::step_outside(char byte) {
  if (is_space(byte)) return ok();
  if (byte == '{' && (place_ == Place::between || shape_ == Shape::sequence)) {
    place_ = Place::inside;
    return ok();
  }
  if (shape_ == Shape::array) {
    if (byte == '[' && place_ == Place::before) {
      place_ = Place::between;
      return ok();
    }
    if (byte == ',' && place_ == Place::between) return ok();
    if (byte == ']' && place_ == Place::between) {
      place_ = Place::after;
      return ok();
    }
  }
  return garbage("unexpected byte", std::string_view(&byte, 1));
}

// How many bytes, from inside an object, belong to it; npos: all of them, and more will come.
Result<std::size_t> JsonObjects::find_end(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char byte = bytes[i];
    if (in_string_) {
      if (escaped_)
        escaped_ = false;
      else if (byte == '\\')
        escaped_ = true;
      else if (byte == '"')
        in_string_ = false;
    } else if (byte == '"') {
      in_string_ = true;
    } else if (byte == '{' || byte == '[') {
      if (++depth_ > kDeepestJson) return garbage("nested too deeply", bytes);
    } else if (byte == '}' || byte == ']') {
      if (--depth_ == 0) return i + 1;
    }
  }
  return std::string_view::npos;
}

Result<> JsonObjects::feed(std::string_view bytes, const Sink& sink) {
  return feed_text(bytes, [&sink](std::string_view text) -> Result<> {
    const auto object = Json::parse(text.begin(), text.end(), nullptr, false);
    if (object.is_discarded()) return garbage("no JSON", text);
    return sink(object);
  });
}

Result<> JsonObjects::feed_text(std::string_view bytes, const TextSink& sink) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (place_ != Place::inside) {
      BOOST_OUTCOME_TRY(step_outside(bytes[at]));
      if (place_ != Place::inside) {
        ++at;
        continue;
      }
    }
    const auto rest = bytes.substr(at);
    BOOST_OUTCOME_TRY(const auto length, find_end(rest));
    const bool complete = length != std::string_view::npos;
    const auto part = complete ? rest.substr(0, length) : rest;
    if (partial_.size() + part.size() > kLongestObject)
      return garbage("an object without end", part);
    if (!complete) {
      partial_.append(part);
      return ok();
    }
    at += length;
    std::string_view whole = part;
    if (!partial_.empty()) whole = partial_.append(part);
    place_ = Place::between;
    BOOST_OUTCOME_TRY(sink(whole));
    partial_.clear();
  }
  return ok();
}

Result<> JsonObjects::finish() const {
  const bool whole = shape_ == Shape::array ? place_ == Place::after : place_ != Place::inside;
  if (!whole) return garbage("it ends in the middle", partial_);
  return ok();
}

}  // namespace aistack::engine
