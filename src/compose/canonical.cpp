#include "compose/canonical.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.hpp"
#include "compose/value_writer.hpp"

namespace aistack::compose {

using Json = nlohmann::ordered_json;
using Kind = Node::Kind;

namespace {

bool zero(const Json& value) {
  if (value.is_boolean()) return !value.get<bool>();
  if (value.is_number()) return value == 0;
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.is_null() || value.empty();
}

// Sizes and times are written as texts, and 0 is left out like any other zero.
bool zero_quantity(const Field& field, const Json& value) {
  if (field.type == Type::duration) return value == "0s";
  return (field.type == Type::size || field.type == Type::size_text) && value == "0";
}

bool left_out(const Field& field, const Json& value) {
  switch (field.zero) {
    case Zero::omit:
      return field.type != Type::object && (zero(value) || zero_quantity(field, value));
    case Zero::omit_true:
      return value == true;
    default:
      return false;
  }
}

void check_keys(const Node& node, const Object& object, const Path& path,
                Diagnostics& diagnostics) {
  for (const auto& entry : node.entries) {
    const std::string& key = entry.key;
    if (object.extensions && key.starts_with("x-")) continue;
    const auto known = std::find_if(object.fields.begin(), object.fields.end(),
                                    [&](const Field& field) { return field.key == key; });
    if (known == object.fields.end()) {
      std::vector<std::string> names;
      for (const auto& field : object.fields) names.emplace_back(field.key);
      const auto near = nearest(key, names);
      const std::string where = path.text();
      diagnostics.error(entry.mark,
                        (where.empty() ? "" : where + ": ") + "unknown key \"" + key + "\"",
                        near ? "did you mean \"" + *near + "\"?" : "");
    } else if (known->type == Type::unsupported) {
      diagnostics.error(entry.mark, "unsupported key \"" + key + "\"", std::string(known->advice));
    }
  }
  for (const auto key : object.required) {
    if (node.find(key) != nullptr) continue;
    const bool gpu = key == "capabilities";
    diagnostics.error(node.mark, path.text() + ": \"" + std::string(key) + "\" is missing",
                      gpu ? "write capabilities: [gpu]" : "add " + std::string(key) + ":");
  }
}

}  // namespace

std::optional<Json> canonical(const Node& node, const Field& field, const Path& path,
                              Diagnostics& diagnostics) {
  if (node.is(Kind::broken)) return std::nullopt;
  auto value = ValueWriter(field, path, diagnostics).write(node);
  if (!value) return std::nullopt;
  if (field.check != nullptr) field.check(node, path, diagnostics);
  if (left_out(field, *value)) return std::nullopt;
  return value;
}

Json canonical_object(const Node& node, const Object& object, const Path& path,
                      Diagnostics& diagnostics) {
  check_keys(node, object, path, diagnostics);
  Json result = Json::object();
  for (const auto& field : object.fields) {
    if (field.type == Type::unsupported || field.type == Type::ignored) continue;
    const Node* value = node.find(field.key);
    if (value != nullptr) {
      if (auto written = canonical(*value, field, path / field.key, diagnostics)) {
        result[std::string(field.written.empty() ? field.key : field.written)] =
            std::move(*written);
        continue;
      }
    }
    if (field.zero == Zero::always) {
      result[std::string(field.key)] = field.type == Type::object ? Json::object() : Json();
    }
  }
  return result;
}

Json plain_json(const Node& node) {
  switch (node.kind) {
    case Kind::boolean:
      return node.boolean;
    case Kind::integer:
      return node.integer;
    case Kind::floating:
      if (large_integer(node)) return std::stoull(node.text);
      if (std::isfinite(node.floating) && node.floating == std::trunc(node.floating) &&
          std::abs(node.floating) < 1e15 && !(node.floating == 0 && std::signbit(node.floating))) {
        return static_cast<std::int64_t>(node.floating);
      }
      return node.floating;
    case Kind::string:
    case Kind::timestamp:
      return node.text;
    case Kind::sequence: {
      Json list = Json::array();
      for (const auto& item : node.items) list.push_back(plain_json(item));
      return list;
    }
    case Kind::mapping: {
      std::map<std::string, Json> sorted;
      for (const auto& entry : node.entries) sorted[entry.key] = plain_json(entry.value);
      return from_sorted(std::move(sorted));
    }
    default:
      return nullptr;
  }
}

}  // namespace aistack::compose
