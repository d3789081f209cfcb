#include "compose/node.hpp"

#include <algorithm>

#include "compose/go_format.hpp"

namespace aistack::compose {

namespace {

constexpr std::size_t kShown = 40;  // longer texts are cut in messages

}  // namespace

const Node* Node::find(std::string_view key) const {
  if (kind != Kind::mapping) return nullptr;
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &found->value;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(static_cast<const Node*>(this)->find(key));
}

std::string_view Node::text_of(std::string_view key) const {
  const Node* value = find(key);
  return value != nullptr && value->kind == Kind::string ? std::string_view(value->text)
                                                         : std::string_view();
}

Node& Node::set(std::string_view key, Node value) {
  if (Node* present = find(key)) {
    *present = std::move(value);
    return *present;
  }
  kind = Kind::mapping;
  const Mark at = value.mark;
  entries.push_back({std::string(key), at, std::move(value)});
  return entries.back().value;
}

void Node::remove(std::string_view key) {
  std::erase_if(entries, [&](const Entry& entry) { return entry.key == key; });
}

Node Node::make_string(std::string value, Mark mark) {
  Node node;
  node.kind = Kind::string;
  node.mark = mark;
  node.text = std::move(value);
  return node;
}

Node Node::make_boolean(bool value, Mark mark) {
  Node node;
  node.kind = Kind::boolean;
  node.mark = mark;
  node.boolean = value;
  node.text = value ? "true" : "false";
  return node;
}

Node Node::make_integer(std::int64_t value, Mark mark) {
  Node node;
  node.kind = Kind::integer;
  node.mark = mark;
  node.integer = value;
  node.text = std::to_string(value);
  return node;
}

Node Node::make_null(Mark mark) {
  Node node;
  node.mark = mark;
  return node;
}

Node Node::make_mapping(Mark mark) {
  Node node;
  node.kind = Kind::mapping;
  node.mark = mark;
  return node;
}

Node Node::make_sequence(Mark mark) {
  Node node;
  node.kind = Kind::sequence;
  node.mark = mark;
  return node;
}

Node Node::make_broken(Mark mark) {
  Node node;
  node.kind = Kind::broken;
  node.mark = mark;
  return node;
}

std::string describe(const Node& node) {
  const std::string shown =
      node.text.size() > kShown ? node.text.substr(0, kShown) + "…" : node.text;
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::boolean:
      return shown;
    case Node::Kind::integer:
    case Node::Kind::floating:
      return "the number " + shown;
    case Node::Kind::string:
      return "the text \"" + shown + "\"";
    case Node::Kind::timestamp:
      return "the date " + shown;
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::mapping:
      return "a mapping";
    case Node::Kind::broken:
      break;
  }
  return "something else";
}

bool large_integer(const Node& node) {
  return node.is(Node::Kind::floating) && !node.text.empty() &&
         node.text.find_first_not_of("0123456789") == std::string::npos;
}

std::string scalar_text(const Node& node) {
  switch (node.kind) {
    case Node::Kind::boolean:
      return node.boolean ? "true" : "false";
    case Node::Kind::integer:
      return std::to_string(node.integer);
    case Node::Kind::floating:
      return large_integer(node) ? node.text : go_float(node.floating);
    case Node::Kind::timestamp:
      return go_time(node.text).value_or(node.text);
    case Node::Kind::string:
      return node.text;
    default:
      return {};
  }
}

}  // namespace aistack::compose
