#include "compose/value_writer.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.hpp"
#include "compose/canonical.hpp"
#include "compose/go_format.hpp"
#include "compose/syntax.hpp"

namespace aistack::compose {

using Json = nlohmann::ordered_json;
using Kind = Node::Kind;

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool number(const Node& node) {
  return node.is(Kind::integer) || node.is(Kind::floating);
}

std::string article(Type type) {
  switch (type) {
    case Type::text:
    case Type::nullable_text:
      return "a text";
    case Type::text_or_integer:
      return "a text or a whole number";
    case Type::flag:
      return "true or false";
    case Type::integer:
    case Type::strict_integer:
      return "a whole number";
    case Type::decimal:
      return "a number";
    case Type::size:
      return "a size like 512m or a number of bytes";
    case Type::size_text:
      return "a size like \"512m\"";
    case Type::duration:
      return "a duration like \"1m30s\"";
    case Type::texts:
      return "a list of texts";
    case Type::texts_or_numbers:
      return "a list";
    case Type::mapping:
    case Type::environment:
      return "a mapping or a list of NAME=value";
    case Type::hosts:
      return "a mapping or a list of \"host:address\"";
    case Type::command:
    case Type::health_test:
      return "a text or a list of texts";
    case Type::limit:
      return "a whole number, or a mapping of soft and hard";
    case Type::file_mode:
      return "a file mode like 0440";
    case Type::device_count:
      return "a whole number or \"all\"";
    case Type::objects:
      return "a list";
    default:
      return "a mapping";
  }
}

}  // namespace

Json from_sorted(std::map<std::string, Json> values) {
  Json result = Json::object();
  for (auto& [name, value] : values) result[name] = std::move(value);
  return result;
}

std::optional<Json> ValueWriter::wrong(const Node& node, const std::string& message,
                                       std::string hint) {
  diagnostics_.error(node.mark, name() + ": " + message,
                     hint.empty() ? std::string(field_.advice) : std::move(hint));
  return std::nullopt;
}

std::optional<Json> ValueWriter::wrong_type(const Node& node, std::string hint) {
  return wrong(node, "must be " + article(field_.type) + ", and is " + describe(node),
               std::move(hint));
}

std::optional<Json> ValueWriter::text(const Node& node) {
  if (node.is(Kind::string)) return Json(node.text);
  if (field_.type == Type::nullable_text && node.is(Kind::null)) return Json("");
  if (field_.type == Type::text_or_integer && node.is(Kind::integer)) {
    return Json(scalar_text(node));
  }
  if (node.is(Kind::null) || !node.scalar()) return wrong_type(node);
  return wrong_type(node, "write \"" + node.text + "\" in quotes");
}

std::optional<Json> ValueWriter::flag(const Node& node) {
  if (node.is(Kind::boolean)) return Json(node.boolean);
  if (!node.is(Kind::string)) return wrong_type(node);
  const std::string word = lower(node.text);
  const bool yes = word == "true" || word == "y" || word == "yes" || word == "on";
  if (!yes && word != "false" && word != "n" && word != "no" && word != "off") {
    return wrong_type(node);
  }
  return Json(yes);
}

std::optional<Json> ValueWriter::integer(const Node& node) {
  if (node.is(Kind::integer)) return Json(node.integer);
  if (node.is(Kind::floating) && std::abs(node.floating) < 9e15 &&
      node.floating == std::trunc(node.floating)) {
    return Json(static_cast<std::int64_t>(node.floating));
  }
  std::int64_t value = 0;
  if (field_.type == Type::integer && node.is(Kind::string) && read_integer(node.text, value)) {
    return Json(value);
  }
  return wrong_type(node);
}

std::optional<Json> ValueWriter::decimal(const Node& node) {
  double value = 0;
  if (node.is(Kind::integer)) {
    value = static_cast<double>(node.integer);
  } else if (node.is(Kind::floating)) {
    value = node.floating;
  } else if (!node.is(Kind::string) || !read_float(node.text, value)) {
    return wrong_type(node);
  }
  if (!std::isfinite(value) || value < 0) return wrong(node, "must not be negative");
  return float32_json(static_cast<float>(value));
}

std::optional<Json> ValueWriter::size(const Node& node) {
  if (field_.type == Type::size && node.is(Kind::integer)) {
    return Json(std::to_string(node.integer));
  }
  if (!node.is(Kind::string)) {
    return wrong_type(
        node, number(node) ? "write \"" + node.text + "\" in quotes, or a size like \"512m\"" : "");
  }
  std::int64_t bytes = 0;
  if (const auto reading = read_bytes(node.text, bytes); !reading) {
    return wrong(node, "\"" + node.text + "\" " + reading.wrong,
                 "write 512m, 2g or a number of bytes");
  }
  return Json(std::to_string(bytes));
}

std::optional<Json> ValueWriter::duration(const Node& node) {
  if (!node.is(Kind::string)) {
    return wrong_type(node, number(node) ? "add the unit: \"" + node.text + "s\"" : "");
  }
  std::chrono::nanoseconds value{};
  if (const auto reading = read_duration(node.text, value); !reading) {
    return wrong(node, "\"" + node.text + "\" " + reading.wrong, "write 30s, 1m30s or 1h");
  }
  return Json(go_duration(value));
}

std::optional<Json> ValueWriter::list(const Node& node, bool numbers) {
  if (!node.is(Kind::sequence)) return wrong_type(node);
  Json result = Json::array();
  bool fine = true;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& item = node.items[i];
    if (item.is(Kind::string) || (numbers && number(item))) {
      result.push_back(scalar_text(item));
      continue;
    }
    fine = false;
    if (item.is(Kind::broken)) continue;
    const bool quotable = item.scalar() && !item.is(Kind::null);
    diagnostics_.error(item.mark, path_[i].text() + ": must be a text, and is " + describe(item),
                       quotable ? "write \"" + item.text + "\" in quotes" : "");
  }
  return fine ? std::optional(result) : std::nullopt;
}

std::optional<Json> ValueWriter::mapping(const Node& node) {
  if (!node.is(Kind::mapping)) return wrong_type(node);
  std::map<std::string, Json> sorted;
  bool fine = true;
  for (const auto& [key, mark, value] : node.entries) {
    const bool bool_allowed = field_.type != Type::options;
    if (value.is(Kind::null)) {
      sorted[key] = field_.type == Type::environment ? Json() : Json("");
    } else if (value.is(Kind::string) || number(value) ||
               (bool_allowed && value.is(Kind::boolean))) {
      sorted[key] = scalar_text(value);
    } else if (value.is(Kind::timestamp)) {
      const std::string time = scalar_text(value);
      sorted[key] = time;
      diagnostics_.note(value.mark, (path_ / key).text() + ": the date becomes \"" + time + "\"",
                        "put it in quotes to keep it as it is");
    } else {
      fine = false;
      if (value.is(Kind::broken)) continue;
      diagnostics_.error(value.mark,
                         (path_ / key).text() + ": must be a text, and is " + describe(value),
                         value.scalar() ? "write \"" + value.text + "\" in quotes"
                                        : "write one text; a nested value can be JSON in quotes");
    }
  }
  if (!fine) return std::nullopt;
  return from_sorted(std::move(sorted));
}

std::optional<Json> ValueWriter::command(const Node& node) {
  if (node.is(Kind::null)) return Json();
  if (!node.is(Kind::string)) return list(node, false);
  const auto words = split_command(node.text);
  if (!words) {
    return wrong(node, "\"" + printable(node.text, 60) + "\" is not a command line",
                 "check its quotes and parentheses, or write a list [\"program\", \"argument\"]");
  }
  return Json(*words);
}

std::optional<Json> ValueWriter::health_test(const Node& node) {
  if (node.is(Kind::string)) return Json::array({"CMD-SHELL", node.text});
  auto words = list(node, false);
  if (words && !words->empty()) {
    const std::string first = words->front();
    if (first != "CMD" && first != "CMD-SHELL" && first != "NONE") {
      return wrong(node,
                   "must begin with CMD, CMD-SHELL or NONE, and begins with \"" + first + "\"",
                   "write [\"CMD\", \"" + first + "\", …]");
    }
  }
  return words;
}

std::optional<Json> ValueWriter::hosts(const Node& node) {
  if (!node.is(Kind::sequence)) return wrong_type(node);
  std::vector<std::string> hosts;
  bool fine = true;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& item = node.items[i];
    if (!item.is(Kind::string)) {
      fine = false;
      if (!item.is(Kind::broken)) {
        diagnostics_.error(
            item.mark,
            path_[i].text() + ": must be a text \"host:address\", and is " + describe(item));
      }
      continue;
    }
    const std::string& entry = item.text;
    auto cut = entry.find('=');
    if (cut == std::string::npos) cut = entry.find(':');
    const std::string host = entry.substr(0, cut);
    if (cut == std::string::npos || host.empty() || host.find_first_of(":=") != std::string::npos) {
      fine = false;
      diagnostics_.error(item.mark, path_[i].text() + ": \"" + entry + "\" is not \"host:address\"",
                         "write \"name:10.0.0.1\" or \"host.docker.internal:host-gateway\"");
      continue;
    }
    for (auto address : split(entry.substr(cut + 1), ',')) {
      if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
        address = address.substr(1, address.size() - 2);
      }
      hosts.push_back(host + "=" + address);
    }
  }
  if (!fine) return std::nullopt;
  std::sort(hosts.begin(), hosts.end());
  return Json(hosts);
}

std::optional<Json> ValueWriter::limit(const Node& node) {
  if (node.is(Kind::mapping)) {
    static constexpr std::array<Field, 2> kFields{
        {{.key = "soft", .type = Type::integer}, {.key = "hard", .type = Type::integer}}};
    static constexpr std::array<std::string_view, 2> kRequired{"soft", "hard"};
    static constexpr Object kObject{"a limit", kFields, kRequired};
    return canonical_object(node, kObject, path_, diagnostics_);
  }
  std::int64_t value = 0;
  if (node.is(Kind::integer)) {
    value = node.integer;
  } else if (!node.is(Kind::string) || !read_integer(node.text, value)) {
    return wrong_type(node);
  }
  // Compose writes a single 0 as if nothing were given.
  return value == 0 ? Json::object() : Json(value);
}

std::optional<Json> ValueWriter::file_mode(const Node& node) {
  std::int64_t mode = 0;
  if (node.is(Kind::integer)) {
    mode = node.integer;
  } else if (node.is(Kind::string) && !node.text.empty() && node.text.size() <= 7 &&
             node.text.find_first_not_of("01234567") == std::string::npos) {
    mode = std::stoll(node.text, nullptr, 8);
  } else {
    return wrong_type(node);
  }
  if (mode < 0 || mode > 07777) return wrong_type(node);
  std::string octal;
  for (; mode > 0 || octal.empty(); mode /= 8) octal += static_cast<char>('0' + mode % 8);
  std::reverse(octal.begin(), octal.end());
  return Json("0" + octal);
}

std::optional<Json> ValueWriter::device_count(const Node& node) {
  std::int64_t count = 0;
  if (node.is(Kind::string) && lower(node.text) == "all") return Json(-1);
  if (node.is(Kind::integer)) {
    count = node.integer;
  } else if (!node.is(Kind::string) || !read_integer(node.text, count)) {
    return wrong_type(node);
  }
  return Json(count);
}

std::optional<Json> ValueWriter::objects(const Node& node) {
  if (!node.is(Kind::sequence)) return wrong_type(node);
  Json result = Json::array();
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& item = node.items[i];
    if (item.is(Kind::mapping)) {
      result.push_back(canonical_object(item, *field_.object, path_[i], diagnostics_));
    } else if (!item.is(Kind::broken)) {
      diagnostics_.error(item.mark,
                         path_[i].text() + ": must be " + std::string(field_.object->noun) +
                             ", and is " + describe(item),
                         std::string(field_.advice));
    }
  }
  return result;
}

std::optional<Json> ValueWriter::named_objects(const Node& node) {
  if (!node.is(Kind::mapping)) return wrong_type(node);
  std::map<std::string, Json> sorted;
  for (const auto& [key, mark, value] : node.entries) {
    if (field_.object == nullptr) {
      const Field inner{.key = key, .type = Type::limit, .zero = Zero::keep};
      if (auto made = canonical(value, inner, path_ / key, diagnostics_)) sorted[key] = *made;
    } else if (value.is(Kind::mapping)) {
      sorted[key] = canonical_object(value, *field_.object, path_ / key, diagnostics_);
    } else if (value.is(Kind::null) && field_.type == Type::named_or_null) {
      sorted[key] = Json();
    } else if (!value.is(Kind::broken)) {
      diagnostics_.error(value.mark,
                         (path_ / key).text() + ": must be a mapping, and is " + describe(value));
    }
  }
  return from_sorted(std::move(sorted));
}

std::optional<Json> ValueWriter::write(const Node& node) {
  switch (field_.type) {
    case Type::text:
    case Type::nullable_text:
    case Type::text_or_integer:
      return text(node);
    case Type::flag:
      return flag(node);
    case Type::integer:
    case Type::strict_integer:
      return integer(node);
    case Type::decimal:
      return decimal(node);
    case Type::size:
    case Type::size_text:
      return size(node);
    case Type::duration:
      return duration(node);
    case Type::texts:
      return list(node, false);
    case Type::texts_or_numbers:
      return list(node, true);
    case Type::mapping:
    case Type::environment:
    case Type::options:
      return mapping(node);
    case Type::command:
      return command(node);
    case Type::health_test:
      return health_test(node);
    case Type::hosts:
      return hosts(node);
    case Type::limit:
      return limit(node);
    case Type::file_mode:
      return file_mode(node);
    case Type::device_count:
      return device_count(node);
    case Type::object:
      if (!node.is(Kind::mapping)) return wrong_type(node);
      return canonical_object(node, *field_.object, path_, diagnostics_);
    case Type::objects:
      return objects(node);
    case Type::named_objects:
    case Type::named_or_null:
      return named_objects(node);
    case Type::ignored:
    case Type::unsupported:
      break;
  }
  return std::nullopt;
}

}  // namespace aistack::compose
