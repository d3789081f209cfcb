#include "compose/shape.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"
#include "compose/path.hpp"
#include "compose/syntax.hpp"

namespace aistack::compose {

using Kind = Node::Kind;

namespace {

constexpr std::size_t kMaxPorts = 20'000;  // of one file, with its ranges written out

class Shaper {
 public:
  explicit Shaper(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void file(Node& root) {
    const Path top;
    each(root, "services", top, [this](Node& node, const Path& path) { service(node, path); });
    each(root, "networks", top, [this](Node& node, const Path& path) { resource(node, path); });
    each(root, "volumes", top, [this](Node& node, const Path& path) { resource(node, path); });
    each(root, "secrets", top, [this](Node& node, const Path& path) { resource(node, path); });
    each(root, "configs", top, [this](Node& node, const Path& path) { resource(node, path); });
  }

 private:
  template <class Function>
  void each(Node& node, std::string_view key, const Path& path, Function function) {
    Node* map = node.find(key);
    if (map == nullptr) return;
    const Path inner = path / key;
    for (auto& entry : map->entries) function(entry.value, inner / entry.key);
  }

  void wrong(const Node& node, const Path& path, const std::string& what, std::string hint = {}) {
    diagnostics_.error(node.mark, path.text() + ": " + what, std::move(hint));
  }

  void service(Node& node, const Path& path);
  void resource(Node& node, const Path& path);
  void ports(Node& node, const Path& path);
  void port(const Node& item, const Path& path, Node& list);
  void mounts(Node& node, const Path& path);
  void mount(Node& item, const Path& path);
  void same_targets(const Node& list, const Path& path);
  void devices(Node& node, const Path& path);
  void pairs(Node& node, const Path& path, bool null_is_empty);
  void hosts(Node& node, const Path& path);
  void names(Node& node, const Path& path, const Node& value);
  void references(Node& node, std::string_view key);
  void env_files(Node& node);

  Diagnostics& diagnostics_;
  std::size_t port_count_ = 0;
};

// A single text for a list of one.
void listed(Node* node) {
  if (node == nullptr || !node->is(Kind::string)) return;
  Node list = Node::make_sequence(node->mark);
  list.tag = node->tag;
  node->tag = MergeTag::none;
  list.items.push_back(std::move(*node));
  *node = std::move(list);
}

// [NAME=value, …] becomes a mapping.
void Shaper::pairs(Node& node, const Path& path, bool null_is_empty) {
  if (!node.is(Kind::sequence)) return;
  Node map = Node::make_mapping(node.mark);
  map.tag = node.tag;
  map.listed = true;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& item = node.items[i];
    if (item.is(Kind::broken)) continue;
    if (!item.is(Kind::string)) {
      wrong(item, path[i], "must be a text NAME=value, and is " + describe(item),
            item.scalar() && !item.is(Kind::null) ? "write \"" + item.text + "\" in quotes" : "");
      continue;
    }
    const auto equals = item.text.find('=');
    const std::string name = item.text.substr(0, equals);
    if (!null_is_empty && !name.empty() && (name.back() == ' ' || name.back() == '\t')) {
      wrong(item, path[i], "the name \"" + printable(name, 60) + "\" ends with a space",
            "write NAME=value without spaces around the =");
      continue;
    }
    if (equals != std::string::npos) {
      map.set(name, Node::make_string(item.text.substr(equals + 1), item.mark));
    } else {
      map.set(name, null_is_empty ? Node::make_string("", item.mark) : Node::make_null(item.mark));
    }
  }
  node = std::move(map);
}

// {host: address} becomes ["host=address"].
void Shaper::hosts(Node& node, const Path& path) {
  if (!node.is(Kind::mapping)) return;
  Node list = Node::make_sequence(node.mark);
  list.tag = node.tag;
  const auto add = [&](const std::string& host, const Node& address, const Path& at) {
    if (address.is(Kind::string)) {
      list.items.push_back(Node::make_string(host + "=" + address.text, address.mark));
    } else if (!address.is(Kind::broken)) {
      wrong(address, at, "must be an address, and is " + describe(address),
            "write 10.0.0.1 or host-gateway");
    }
  };
  for (const auto& entry : node.entries) {
    const Path at = path / entry.key;
    if (!entry.value.is(Kind::sequence)) add(entry.key, entry.value, at);
    for (std::size_t i = 0; i < entry.value.items.size(); ++i) {
      add(entry.key, entry.value.items[i], at[i]);
    }
  }
  node = std::move(list);
}

// [a, b] becomes {a: value, b: value}.
void Shaper::names(Node& node, const Path& path, const Node& value) {
  if (!node.is(Kind::sequence)) return;
  Node map = Node::make_mapping(node.mark);
  map.tag = node.tag;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& item = node.items[i];
    if (item.is(Kind::string) && map.find(item.text) != nullptr) {
      wrong(item, path[i], "\"" + printable(item.text, 60) + "\" is listed twice", "keep it once");
    } else if (item.is(Kind::string)) {
      map.set(item.text, value).mark = item.mark;
      map.entries.back().mark = item.mark;
    } else if (!item.is(Kind::broken)) {
      wrong(item, path[i], "must be a name, and is " + describe(item));
    }
  }
  node = std::move(map);
}

void Shaper::references(Node& node, std::string_view key) {
  Node* list = node.find(key);
  if (list == nullptr) return;
  for (auto& item : list->items) {
    if (!item.is(Kind::string)) continue;
    Node map = Node::make_mapping(item.mark);
    map.set("source", std::move(item));
    item = std::move(map);
  }
}

void Shaper::env_files(Node& node) {
  listed(&node);
  for (auto& item : node.items) {
    if (item.is(Kind::string)) {
      Node map = Node::make_mapping(item.mark);
      map.set("path", std::move(item));
      item = std::move(map);
    }
  }
}

void Shaper::ports(Node& node, const Path& path) {
  if (!node.is(Kind::sequence)) return;
  Node list = Node::make_sequence(node.mark);
  list.tag = node.tag;
  for (std::size_t i = 0; i < node.items.size(); ++i) port(node.items[i], path[i], list);
  node = std::move(list);
}

void Shaper::port(const Node& item, const Path& path, Node& list) {
  if (!item.is(Kind::string) && !item.is(Kind::integer)) {
    list.items.push_back(item);
    return;
  }
  const auto parsed = parse_port(scalar_text(item));
  if (!parsed) {
    wrong(item, path, parsed.wrong, parsed.hint);
    return;
  }
  port_count_ += parsed.value.size();
  if (port_count_ > kMaxPorts) {
    wrong(item, path, "the file publishes more than " + std::to_string(kMaxPorts) + " ports",
          "use network_mode: host for so many");
    return;
  }
  for (const auto& port : parsed.value) {
    Node map = Node::make_mapping(item.mark);
    map.set("mode", Node::make_string("ingress", item.mark));
    if (!port.host_ip.empty()) map.set("host_ip", Node::make_string(port.host_ip, item.mark));
    map.set("target", Node::make_integer(port.target, item.mark));
    if (!port.published.empty()) map.set("published", Node::make_string(port.published, item.mark));
    map.set("protocol", Node::make_string(port.protocol, item.mark));
    list.items.push_back(std::move(map));
  }
}

void Shaper::mounts(Node& node, const Path& path) {
  if (!node.is(Kind::sequence)) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) mount(node.items[i], path[i]);
  same_targets(node, path);
}

void Shaper::mount(Node& item, const Path& path) {
  if (!item.is(Kind::string)) return;
  const Mark mark = item.mark;
  const auto parsed = parse_volume(item.text);
  if (!parsed) {
    wrong(item, path, parsed.wrong, parsed.hint);
    item = Node::make_broken(mark);
    return;
  }
  const VolumeText& volume = parsed.value;
  Node map = Node::make_mapping(mark);
  map.set("type", Node::make_string(volume.bind ? "bind" : "volume", mark));
  if (!volume.source.empty()) map.set("source", Node::make_string(volume.source, mark));
  const std::string target = is_absolute(volume.target) ? clean_path(volume.target) : volume.target;
  map.set("target", Node::make_string(target, mark));
  if (volume.read_only) map.set("read_only", Node::make_boolean(true, mark));
  const bool bind_options = !volume.propagation.empty() || !volume.selinux.empty();
  if (volume.bind || bind_options) {
    Node& bind = map.set("bind", Node::make_mapping(mark));
    if (!volume.selinux.empty()) bind.set("selinux", Node::make_string(volume.selinux, mark));
    if (!volume.propagation.empty()) {
      bind.set("propagation", Node::make_string(volume.propagation, mark));
    }
  }
  if (!volume.bind || volume.no_copy) {
    Node& options = map.set("volume", Node::make_mapping(mark));
    if (volume.no_copy) options.set("nocopy", Node::make_boolean(true, mark));
  }
  item = std::move(map);
}

// Compose lets the later of two mounts win without a word; more likely one of them is a mistake.
void Shaper::same_targets(const Node& list, const Path& path) {
  std::map<std::string, int> seen;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const std::string target(list.items[i].text_of("target"));
    if (target.empty()) continue;
    const std::string clean = clean_path(target);
    const auto [first, fresh] = seen.emplace(clean, list.items[i].mark.line);
    if (fresh) continue;
    wrong(list.items[i], path[i],
          "a second mount at " + clean + " (the first is in line " + std::to_string(first->second) +
              ")",
          "keep one of them, or give them different paths in the container");
  }
}

void Shaper::devices(Node& node, const Path& path) {
  if (!node.is(Kind::sequence)) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    Node& item = node.items[i];
    if (!item.is(Kind::string)) continue;
    const auto parts = split(item.text, ':');
    if (parts.size() > 3 || parts.front().empty()) {
      wrong(item, path[i], "\"" + printable(item.text, 60) + "\" is not a device",
            "write /dev/dri, /dev/dri:/dev/dri or /dev/dri:/dev/dri:rwm");
      item = Node::make_broken(item.mark);
      continue;
    }
    Node map = Node::make_mapping(item.mark);
    const std::string& target = parts.size() > 1 && !parts[1].empty() ? parts[1] : parts.front();
    map.set("source", Node::make_string(parts.front(), item.mark));
    map.set("target", Node::make_string(target, item.mark));
    map.set("permissions", Node::make_string(parts.size() > 2 ? parts[2] : "rwm", item.mark));
    item = std::move(map);
  }
}

void Shaper::service(Node& node, const Path& path) {
  if (!node.is(Kind::mapping)) return;
  static constexpr std::array kLists{"dns", "dns_search", "tmpfs", "label_file"};
  for (const auto* key : kLists) listed(node.find(key));
  static constexpr std::array kMappings{"labels", "annotations", "sysctls"};
  for (const auto* key : kMappings) {
    if (Node* value = node.find(key)) pairs(*value, path / key, true);
  }
  if (Node* value = node.find("environment")) pairs(*value, path / "environment", false);
  if (Node* deploy = node.find("deploy")) {
    const Path inner = path / "deploy";
    if (Node* labels = deploy->find("labels")) pairs(*labels, inner / "labels", true);
    if (deploy->is(Kind::null) && deploy->tag == MergeTag::none) node.remove("deploy");
  }
  if (Node* value = node.find("extra_hosts")) hosts(*value, path / "extra_hosts");
  if (Node* value = node.find("env_file")) env_files(*value);
  if (Node* value = node.find("networks")) {
    names(*value, path / "networks", Node::make_null(value->mark));
  }
  if (Node* value = node.find("depends_on")) {
    Node started = Node::make_mapping(value->mark);
    started.set("condition", Node::make_string("service_started", value->mark));
    names(*value, path / "depends_on", started);
    for (auto& entry : value->entries) {
      if (entry.value.is(Kind::mapping) && entry.value.find("required") == nullptr) {
        entry.value.set("required", Node::make_boolean(true, entry.mark));
      }
    }
  }
  references(node, "secrets");
  references(node, "configs");
  if (Node* value = node.find("ports")) ports(*value, path / "ports");
  if (Node* value = node.find("volumes")) mounts(*value, path / "volumes");
  if (Node* value = node.find("devices")) devices(*value, path / "devices");
  Node* gpus = node.find("gpus");
  if (gpus != nullptr && gpus->is(Kind::string) && gpus->text == "all") {
    Node all = Node::make_mapping(gpus->mark);
    all.set("count", Node::make_string("all", gpus->mark));
    *gpus = Node::make_sequence(gpus->mark);
    gpus->items.push_back(std::move(all));
  }
}

void Shaper::resource(Node& node, const Path& path) {
  if (Node* labels = node.find("labels")) pairs(*labels, path / "labels", true);
  Node* external = node.find("external");
  if (external == nullptr || !external->is(Kind::mapping)) return;
  const Mark mark = external->mark;
  const Node* inner = external->find("name");
  if (inner != nullptr) {
    const Node* name = node.find("name");
    if (name != nullptr && name->text != inner->text) {
      wrong(*inner, path, "\"name\" and \"external.name\" differ", "keep \"name\" only");
    }
    Node value = *inner;
    node.set("name", std::move(value));
  }
  node.set("external", Node::make_boolean(true, mark));
}

}  // namespace

void shape(Node& root, Diagnostics& diagnostics) {
  Shaper(diagnostics).file(root);
}

}  // namespace aistack::compose
