#include "compose/resolve.hpp"

#include <array>

#include "base/text.hpp"
#include "compose/dotenv.hpp"
#include "compose/path.hpp"
#include "compose/syntax.hpp"

namespace aistack::compose {

using Kind = Node::Kind;

namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;  // of an env or label file

class Resolver {
 public:
  Resolver(const Surroundings& surroundings, Diagnostics& diagnostics)
      : around_(surroundings), diagnostics_(diagnostics) {}

  void project(Node& root);

 private:
  using Values = std::map<std::string, std::string>;

  std::string absolute(const std::string& path) const;
  void absolute(Node* node) const;
  std::optional<std::string> outer(const std::string& name) const;

  void service(Node& node, const Path& path);
  void ports(Node& node);
  void mounts(Node& node, const Path& path);
  void devices(Node& list);
  void environment(Node& node, const Path& path);
  void env_file(const Node& file, const Path& path, const Node* own, Values& values);
  void labels(Node& node, const Path& path);
  bool read(const Node& at, const Path& path, const std::string& file, EnvFormat format,
            const Lookup& lookup, Values& values);
  void networks(Node& node);
  void dependencies(Node& node);
  void depend(Node& node, const std::string& name, bool restart, Mark mark);

  void default_network(Node& root);
  void name(Node& resource, const std::string& key, Mark mark);
  void bound_volume(Node& volume);

  const Surroundings& around_;
  Diagnostics& diagnostics_;
  bool default_used_ = false;
};

std::string Resolver::absolute(const std::string& path) const {
  std::string full = path;
  if (full.starts_with('~')) {
    const auto home = around_.environment.find("HOME");
    if (home != around_.environment.end() && !home->second.empty()) {
      full = clean_path(home->second + "/" + full.substr(1));
    }
  }
  if (is_absolute(full)) return full;
  return clean_path(around_.directory.string() + "/" + full);
}

void Resolver::absolute(Node* node) const {
  if (node != nullptr && node->is(Kind::string)) node->text = absolute(node->text);
}

std::optional<std::string> Resolver::outer(const std::string& name) const {
  const auto found = around_.environment.find(name);
  return found == around_.environment.end() ? std::nullopt : std::optional(found->second);
}

void Resolver::ports(Node& node) {
  for (auto& port : node.items) {
    if (!port.is(Kind::mapping)) continue;
    if (port.find("protocol") == nullptr) port.set("protocol", Node::make_string("tcp", port.mark));
    if (port.find("mode") == nullptr) port.set("mode", Node::make_string("ingress", port.mark));
  }
}

void Resolver::mounts(Node& node, const Path& path) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    Node& mount = node.items[i];
    Node* target = mount.find("target");
    if (target != nullptr && is_absolute(target->text)) target->text = clean_path(target->text);
    if (mount.text_of("type") != "bind") continue;
    if (mount.find("source") == nullptr) {
      diagnostics_.error(mount.mark, path[i].text() + ": a bind mount without \"source\"",
                         "name the directory of the host: source: ./data");
    }
    absolute(mount.find("source"));
  }
}

void Resolver::devices(Node& list) {
  for (auto& device : list.items) {
    if (!device.is(Kind::mapping)) continue;
    if (device.find("count") == nullptr && device.find("device_ids") == nullptr) {
      device.set("count", Node::make_string("all", device.mark));
    }
  }
}

bool Resolver::read(const Node& at, const Path& path, const std::string& file, EnvFormat format,
                    const Lookup& lookup, Values& values) {
  const auto text = around_.read_file ? around_.read_file(file) : std::optional<std::string>();
  if (!text) {
    diagnostics_.error(at.mark, path.text() + ": " + file + " cannot be read: " + text.error().why);
    return true;
  }
  if (!text.value()) return false;
  if (text.value()->size() > kMaxFileBytes) {
    diagnostics_.error(at.mark,
                       path.text() + ": " + file + " is larger than " + human_bytes(kMaxFileBytes));
    return true;
  }
  if (const auto error = read_env_file(*text.value(), format, lookup, values)) {
    diagnostics_.error(at.mark, path.text() + ": " + file + ":" + std::to_string(error->line) +
                                    ": " + error->message);
  }
  return true;
}

void Resolver::env_file(const Node& file, const Path& path, const Node* own, Values& values) {
  const Node* name = file.find("path");
  if (name == nullptr || !name->is(Kind::string)) return;
  const auto lookup = [&](const std::string& variable) -> std::optional<std::string> {
    if (auto value = outer(variable)) return value;
    const Node* mine = own == nullptr ? nullptr : own->find(variable);
    return mine == nullptr || mine->is(Kind::null) ? std::nullopt
                                                   : std::optional(scalar_text(*mine));
  };
  const EnvFormat format = file.text_of("format") == "raw" ? EnvFormat::raw : EnvFormat::dotenv;
  const std::string full = absolute(name->text);
  if (read(*name, path, full, format, lookup, values)) return;
  const Node* required = file.find("required");
  if (required != nullptr && (required->text == "false" || required->text == "no")) return;
  diagnostics_.error(name->mark, path.text() + ": there is no file " + full,
                     "create it, or write { path: " + name->text + ", required: false }");
}

void Resolver::environment(Node& node, const Path& path) {
  Node* own = node.find("environment");
  if (own != nullptr) {
    for (auto& entry : own->entries) {
      if (!entry.value.is(Kind::null)) continue;
      if (auto value = outer(entry.key)) {
        entry.value = Node::make_string(std::move(*value), entry.value.mark);
      }
    }
  }
  Node* files = node.find("env_file");
  if (files == nullptr || !files->is(Kind::sequence)) return;
  Values values;
  if (own != nullptr) {
    for (const auto& entry : own->entries) {
      if (!entry.value.is(Kind::null)) values[entry.key] = scalar_text(entry.value);
    }
  }
  const Path inner = path / "env_file";
  for (std::size_t i = 0; i < files->items.size(); ++i) {
    env_file(files->items[i], inner[i], own, values);
  }
  if (own == nullptr && values.empty()) return;
  if (own != nullptr && !own->is(Kind::mapping)) return;
  const Mark mark = files->mark;
  Node merged = own != nullptr ? std::move(*own) : Node::make_mapping(mark);
  for (auto& [name, value] : values) {
    if (merged.find(name) == nullptr) merged.set(name, Node::make_string(value, mark));
  }
  node.set("environment", std::move(merged));
}

void Resolver::labels(Node& node, const Path& path) {
  Node* files = node.find("label_file");
  if (files == nullptr || !files->is(Kind::sequence)) return;
  Values values;
  const Path inner = path / "label_file";
  for (std::size_t i = 0; i < files->items.size(); ++i) {
    Node& file = files->items[i];
    if (!file.is(Kind::string)) continue;
    file.text = absolute(file.text);
    const auto earlier = [&](const std::string& name) -> std::optional<std::string> {
      const auto found = values.find(name);
      return found == values.end() ? std::nullopt : std::optional(found->second);
    };
    Values own;
    if (!read(file, inner[i], file.text, EnvFormat::dotenv, earlier, own)) {
      diagnostics_.error(file.mark, inner[i].text() + ": there is no file " + file.text,
                         "create it, or take it out");
    }
    for (auto& [name, value] : own) values[name] = std::move(value);
  }
  const Node* own = node.find("labels");
  if (own != nullptr && !own->is(Kind::mapping)) return;
  Node merged = own != nullptr ? *own : Node::make_mapping(files->mark);
  for (auto& [name, value] : values) {
    if (merged.find(name) == nullptr) merged.set(name, Node::make_string(value, files->mark));
  }
  if (!merged.entries.empty()) node.set("labels", std::move(merged));
}

void Resolver::networks(Node& node) {
  if (node.find("network_mode") != nullptr) return;
  const Node* joined = node.find("networks");
  if (joined == nullptr || (joined->is(Kind::mapping) && joined->entries.empty())) {
    Node map = Node::make_mapping(node.mark);
    map.set("default", Node::make_null(node.mark));
    node.set("networks", std::move(map));
    default_used_ = true;
  } else if (joined->find("default") != nullptr) {
    default_used_ = true;
  }
}

void Resolver::depend(Node& node, const std::string& name, bool restart, Mark mark) {
  Node* all = node.find("depends_on");
  if (all == nullptr) all = &node.set("depends_on", Node::make_mapping(mark));
  if (!all->is(Kind::mapping) || all->find(name) != nullptr) return;
  Node map = Node::make_mapping(mark);
  map.set("condition", Node::make_string("service_started", mark));
  map.set("restart", Node::make_boolean(restart, mark));
  map.set("required", Node::make_boolean(true, mark));
  all->set(name, std::move(map));
}

void Resolver::dependencies(Node& node) {
  static constexpr std::string_view kService = "service:";
  static constexpr std::string_view kContainer = "container:";
  // Copies: depend() may move what the node holds.
  if (const Node* found = node.find("links")) {
    for (const Node links = *found; const auto& link : links.items) {
      if (link.is(Kind::string)) {
        depend(node, link.text.substr(0, link.text.find(':')), true, link.mark);
      }
    }
  }
  static constexpr std::array kModes{"network_mode", "ipc", "pid", "uts", "cgroup"};
  for (const auto* key : kModes) {
    const Node* found = node.find(key);
    if (found == nullptr || !found->text.starts_with(kService)) continue;
    const Node mode = *found;
    depend(node, mode.text.substr(kService.size()), true, mode.mark);
  }
  if (const Node* found = node.find("volumes_from")) {
    for (const Node sources = *found; const auto& source : sources.items) {
      if (!source.is(Kind::string) || source.text.starts_with(kContainer)) continue;
      depend(node, source.text.substr(0, source.text.find(':')), false, source.mark);
    }
  }
}

void Resolver::service(Node& node, const Path& path) {
  if (!node.is(Kind::mapping)) return;
  if (Node* value = node.find("ports")) ports(*value);
  if (Node* value = node.find("volumes")) mounts(*value, path / "volumes");
  if (Node* value = node.find("gpus")) devices(*value);
  if (Node* deploy = node.find("deploy")) {
    Node* resources = deploy->find("resources");
    Node* reserved = resources == nullptr ? nullptr : resources->find("reservations");
    Node* wanted = reserved == nullptr ? nullptr : reserved->find("devices");
    if (wanted != nullptr) devices(*wanted);
  }
  if (Node* secrets = node.find("secrets")) {
    for (auto& secret : secrets->items) {
      const std::string source(secret.text_of("source"));
      if (secret.find("target") == nullptr && !source.empty()) {
        secret.set("target", Node::make_string("/run/secrets/" + source, secret.mark));
      }
    }
  }
  if (Node* dns = node.find("dns")) {
    std::erase_if(dns->items,
                  [](const Node& item) { return item.is(Kind::string) && item.text.empty(); });
  }
  Node* policy = node.find("pull_policy");
  if (policy != nullptr && policy->text == "if_not_present") policy->text = "missing";
  environment(node, path);
  labels(node, path);
  networks(node);
  dependencies(node);
}

void Resolver::name(Node& resource, const std::string& key, Mark mark) {
  if (resource.is(Kind::null)) resource = Node::make_mapping(mark);
  if (!resource.is(Kind::mapping) || resource.find("name") != nullptr) return;
  const Node* external = resource.find("external");
  const bool foreign = external != nullptr && external->text == "true";
  resource.set("name", Node::make_string(foreign ? key : around_.project + "_" + key, mark));
}

// driver_opts of a local volume that is bound to a directory: the directory may be relative.
void Resolver::bound_volume(Node& volume) {
  Node* options = volume.find("driver_opts");
  if (options == nullptr || volume.text_of("driver") != "local") return;
  if (options->text_of("o") == "bind") absolute(options->find("device"));
}

void Resolver::default_network(Node& root) {
  Node* all = root.find("networks");
  if (!default_used_ || (all != nullptr && !all->is(Kind::mapping))) return;
  if (all == nullptr) all = &root.set("networks", Node::make_mapping({}));
  if (all->find("default") == nullptr) all->set("default", Node::make_null(root.mark));
}

void Resolver::project(Node& root) {
  const Path top;
  const Path services = top / "services";
  if (Node* all = root.find("services")) {
    for (auto& entry : all->entries) service(entry.value, services / entry.key);
  }
  default_network(root);
  static constexpr std::array kResources{"networks", "volumes", "secrets", "configs"};
  for (const auto* kind : kResources) {
    Node* all = root.find(kind);
    if (all == nullptr) continue;
    for (auto& entry : all->entries) {
      const bool may_be_empty = entry.value.is(Kind::null) && *kind != 's' && *kind != 'c';
      if (may_be_empty || entry.value.is(Kind::mapping)) name(entry.value, entry.key, entry.mark);
      absolute(entry.value.find("file"));
      if (*kind == 'v') bound_volume(entry.value);
    }
  }
}

}  // namespace

void resolve(Node& root, const Surroundings& surroundings, Diagnostics& diagnostics) {
  Resolver(surroundings, diagnostics).project(root);
}

}  // namespace aistack::compose
