#include "compose/yaml_tree.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace aistack::compose {

namespace {

constexpr std::string_view kStandardTag = "tag:yaml.org,2002:";

// Of one mapping and one list: looking for something twice in them is quadratic.
constexpr std::size_t kMaxKeys = 2000;
constexpr std::size_t kMaxItems = 5000;

const Entry* find_key(const std::vector<Entry>& entries, std::string_view key) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace

void YamlTree::next_document() {
  root_.reset();
  frames_.clear();
  anchors_.clear();
}

void YamlTree::OnDocumentStart(const YAML::Mark&) {
  next_document();
}

void YamlTree::OnDocumentEnd() {}

void YamlTree::spend(Mark mark, std::size_t nodes, std::size_t bytes) {
  nodes_ += nodes;
  bytes_ += bytes;
  if (nodes_ <= limits_.nodes && bytes_ <= limits_.value_bytes) return;
  diagnostics_.error(mark,
                     nodes_ > limits_.nodes
                         ? "the file has more than " + std::to_string(limits_.nodes) +
                               " values once its aliases (*name) are written out"
                         : "the values of the file are larger than " +
                               human_bytes(limits_.value_bytes) +
                               " once its aliases (*name) are written out",
                     "use fewer aliases inside what other aliases name");
  throw Stop{};
}

MergeTag YamlTree::merge_tag(const std::string& tag, Mark mark) {
  if (tag == "!reset") return MergeTag::reset;
  if (tag == "!override") return MergeTag::replace;
  if (!tag.empty() && tag != "?" && tag != "!" && !tag.starts_with(kStandardTag)) {
    const auto near = nearest(tag, {"!reset", "!override"});
    diagnostics_.error(
        mark, "unknown tag \"" + tag + "\"",
        near ? "did you mean \"" + *near + "\"?" : "only !reset and !override have a meaning here");
  }
  return MergeTag::none;
}

void YamlTree::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  spend(at(mark), 1, 0);
  attach({Node::make_null(at(mark)), 1, 1, 0}, false, anchor);
}

void YamlTree::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (anchor >= anchors_.size() || !anchors_[anchor]) {
    diagnostics_.error(at(mark), "an alias (*name) stands inside the value that it names");
    attach({Node::make_broken(at(mark)), 1, 1, 0}, false, 0);
    return;
  }
  const Anchored& source = *anchors_[anchor];
  spend(at(mark), source.nodes, source.bytes);  // before the copy is made
  attach(source, false, 0);
}

void YamlTree::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                        const std::string& value) {
  const Mark place = at(mark);
  const bool plain = tag == "?";
  spend(place, 1, value.size());
  if (tag == "!") last_quoted_.emplace(static_cast<std::size_t>(mark.pos), place.line);
  Node node = Node::make_string(value, place);
  const MergeTag special = merge_tag(tag, place);
  const std::string standard =
      tag.starts_with(kStandardTag) ? tag.substr(kStandardTag.size()) : std::string();
  if (plain || special != MergeTag::none || (!standard.empty() && standard != "str")) {
    node = plain_scalar(value, place);
  }
  node.tag = special;
  attach({std::move(node), 1, 1, value.size()}, plain && value == "<<", anchor);
}

void YamlTree::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                               YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  open(Node::Kind::sequence, mark, tag, anchor);
}

void YamlTree::OnSequenceEnd() {
  close();
}

void YamlTree::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                          YAML::EmitterStyle::value) {
  open(Node::Kind::mapping, mark, tag, anchor);
}

void YamlTree::OnMapEnd() {
  close();
}

void YamlTree::open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
                    YAML::anchor_t anchor) {
  if (frames_.size() >= static_cast<std::size_t>(limits_.depth)) {
    diagnostics_.error(
        at(mark), "values are nested more than " + std::to_string(limits_.depth) + " levels deep");
    throw Stop{};
  }
  spend(at(mark), 1, 0);
  Frame frame;
  frame.node.kind = kind;
  frame.node.mark = at(mark);
  frame.node.tag = merge_tag(tag, at(mark));
  frame.anchor = anchor;
  frames_.push_back(std::move(frame));
}

void YamlTree::close() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  apply_merges(frame);
  attach({std::move(frame.node), frame.depth, frame.nodes, frame.bytes}, false, frame.anchor);
}

void YamlTree::attach(Anchored value, bool merge_key, YAML::anchor_t anchor) {
  if (anchor != 0) {
    spend(value.node.mark, value.nodes, value.bytes);  // a copy is kept for the aliases
    if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
    anchors_[anchor] = value;
  }
  if (frames_.empty()) {
    root_ = std::move(value.node);
    return;
  }
  if (frames_.size() + static_cast<std::size_t>(value.depth) >
      static_cast<std::size_t>(limits_.depth)) {
    diagnostics_.error(value.node.mark, "values are nested more than " +
                                            std::to_string(limits_.depth) + " levels deep");
    throw Stop{};
  }
  Frame& frame = frames_.back();
  frame.depth = std::max(frame.depth, value.depth + 1);
  frame.nodes += value.nodes;
  frame.bytes += value.bytes;
  if (frame.node.is(Node::Kind::sequence)) {
    frame.node.items.push_back(std::move(value.node));
    check_size(frame);
  } else if (!frame.key) {
    take_key(value.node, merge_key);
  } else {
    add_entry(frame, std::move(value.node));
  }
}

void YamlTree::take_key(const Node& node, bool merge_key) {
  Key key{node.text, node.mark, merge_key, false};
  if (node.is(Node::Kind::string)) {
    key.usable = true;
  } else if (node.is(Node::Kind::sequence) || node.is(Node::Kind::mapping)) {
    diagnostics_.error(node.mark, describe(node) + " stands where a key is expected");
  } else if (!node.is(Node::Kind::broken)) {
    const std::string text = node.is(Node::Kind::null) && node.text.empty() ? "null" : node.text;
    diagnostics_.error(node.mark, "the key " + text + " is not a text", "write \"" + text + "\"");
  }
  frames_.back().key = std::move(key);
}

void YamlTree::add_entry(Frame& frame, Node value) {
  const Key key = std::move(*frame.key);
  frame.key.reset();
  // An empty value is marked where the next thing begins: name the key's line instead.
  if (value.is(Node::Kind::null) && value.text.empty()) value.mark = key.mark;
  if (!key.usable) return;
  auto& list = key.merge ? frame.merges : frame.node.entries;
  if (const Entry* earlier = find_key(list, key.text)) {
    diagnostics_.error(key.mark,
                       "the key \"" + key.text + "\" is written twice (first in line " +
                           std::to_string(earlier->mark.line) + ")",
                       "keep one of them");
    return;
  }
  list.push_back({key.text, key.mark, std::move(value)});
  check_size(frame);
}

void YamlTree::check_size(const Frame& frame) {
  if (frame.node.entries.size() <= kMaxKeys && frame.node.items.size() <= kMaxItems) return;
  diagnostics_.error(frame.node.mark,
                     frame.node.is(Node::Kind::sequence)
                         ? "a list has more than " + std::to_string(kMaxItems) + " items"
                         : "a mapping has more than " + std::to_string(kMaxKeys) + " keys");
  throw Stop{};
}

void YamlTree::apply_merges(Frame& frame) {
  for (const auto& merge : frame.merges) {
    if (merge.value.is(Node::Kind::sequence)) {
      for (const auto& source : merge.value.items) merge_from(frame, source, merge.mark);
    } else {
      merge_from(frame, merge.value, merge.mark);
    }
  }
}

void YamlTree::merge_from(Frame& frame, const Node& source, Mark mark) {
  if (source.is(Node::Kind::broken)) return;
  if (!source.is(Node::Kind::mapping)) {
    diagnostics_.error(mark, "\"<<\" merges mappings, and this is " + describe(source),
                       "write <<: *name of a mapping, or a list of such");
    return;
  }
  for (const auto& entry : source.entries) {
    if (find_key(frame.node.entries, entry.key) == nullptr) frame.node.entries.push_back(entry);
    check_size(frame);
  }
}

}  // namespace aistack::compose
