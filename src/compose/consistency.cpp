#include "compose/consistency.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"
#include "compose/path.hpp"
#include "compose/syntax.hpp"

namespace aistack::compose {

using Kind = Node::Kind;

namespace {

constexpr std::string_view kService = "service:";
constexpr int kMaxCircles = 10;  // that are told

bool says_true(const Node* node) {
  return node != nullptr && (node->text == "true" || node->text == "yes" || node->text == "on");
}

std::vector<std::string> keys_of(const Node* map) {
  std::vector<std::string> keys;
  if (map == nullptr) return keys;
  for (const auto& entry : map->entries) keys.push_back(entry.key);
  return keys;
}

class Checker {
 public:
  Checker(const Node& root, const std::string& project, const std::vector<std::string>& enabled,
          Diagnostics& diagnostics)
      : root_(root),
        project_(project),
        enabled_(enabled.begin(), enabled.end()),
        diagnostics_(diagnostics) {}

  void run();

 private:
  void wrong(Mark mark, const std::string& what, std::string hint = {}) {
    diagnostics_.error(mark, what, std::move(hint));
  }
  void undefined(Mark mark, const std::string& where, std::string_view kind,
                 const std::string& name, std::string_view section);
  void service(const std::string& name, const Node& node, Mark mark);
  void image(const std::string& where, const Node& node, Mark mark);
  void networks(const std::string& where, const Node& node);
  void volumes(const std::string& where, const Node& node);
  void references(const std::string& where, const Node& node, std::string_view key);
  void dependencies(const std::string& name, const Node& node);
  void shared(const std::string& where, const Node& node);
  void health(const std::string& where, const Node& node);
  void container_names();
  void cycles();
  void external(const std::string& section, const Node& all);
  void sources(const std::string& section, const std::vector<std::string_view>& keys);

  const Node& root_;
  const std::string& project_;
  const std::set<std::string> enabled_;
  Diagnostics& diagnostics_;
};

void Checker::undefined(Mark mark, const std::string& where, std::string_view kind,
                        const std::string& name, std::string_view section) {
  const auto near = nearest(name, keys_of(root_.find(section)));
  wrong(mark,
        where + ": the " + std::string(kind) + " \"" + printable(name, 80) + "\" is not defined",
        near
            ? "did you mean \"" + *near + "\"?"
            : "define it at the top level: " + std::string(section) + ": { " + printable(name, 80) +
                  (section == "secrets" || section == "configs"
                       ? ": { file: ./" + printable(name, 80) + " } }"
                       : ": {} }"));
}

void Checker::image(const std::string& where, const Node& node, Mark mark) {
  if (node.find("image") != nullptr || node.find("build") != nullptr ||
      node.find("provider") != nullptr || node.find("extends") != nullptr) {
    return;
  }
  wrong(mark, where + ": \"image\" is missing", "write image: NAME:TAG");
}

void Checker::networks(const std::string& where, const Node& node) {
  const Node* mode = node.find("network_mode");
  const Node* joined = node.find("networks");
  if (mode != nullptr && joined != nullptr && !joined->entries.empty()) {
    wrong(mode->mark, where + ": \"network_mode\" and \"networks\" exclude each other",
          "keep one of them");
    return;
  }
  if (joined == nullptr) return;
  for (const auto& entry : joined->entries) {
    const Node* all = root_.find("networks");
    if (all == nullptr || all->find(entry.key) == nullptr) {
      undefined(entry.mark, where, "network", entry.key, "networks");
    }
  }
}

void Checker::volumes(const std::string& where, const Node& node) {
  const Node* mounts = node.find("volumes");
  std::map<std::string, int> targets;
  if (const Node* tmpfs = node.find("tmpfs")) {
    for (const auto& item : tmpfs->items) {
      if (item.is(Kind::string)) targets[item.text.substr(0, item.text.find(':'))] = item.mark.line;
    }
  }
  if (mounts == nullptr) return;
  for (const auto& mount : mounts->items) {
    const std::string source(mount.text_of("source"));
    const Node* all = root_.find("volumes");
    if (mount.text_of("type") == "volume" && !source.empty() &&
        (all == nullptr || all->find(source) == nullptr)) {
      undefined(mount.mark, where, "volume", source, "volumes");
    }
    const std::string target(mount.text_of("target"));
    const auto [first, fresh] = targets.emplace(target, mount.mark.line);
    if (!fresh && !target.empty()) {
      wrong(mount.mark,
            where + ": a second mount at " + target + " (the first is in line " +
                std::to_string(first->second) + ")",
            "keep one of them");
    }
  }
}

void Checker::references(const std::string& where, const Node& node, std::string_view key) {
  const Node* list = node.find(key);
  if (list == nullptr) return;
  const std::string kind(key.substr(0, key.size() - 1));
  for (const auto& item : list->items) {
    const std::string source(item.text_of("source"));
    if (source.empty()) continue;
    const Node* all = root_.find(key);
    const Node* defined = all == nullptr ? nullptr : all->find(source);
    if (defined == nullptr) {
      undefined(item.mark, where, kind, source, key);
    } else if (says_true(defined->find("external"))) {
      wrong(item.mark,
            where + ": the " + kind + " \"" + source + "\" is external, and the engine keeps none",
            "name a file instead: file: ./" + source);
    }
  }
}

void Checker::dependencies(const std::string& name, const Node& node) {
  const Node* all = node.find("depends_on");
  if (all == nullptr) return;
  const Node* services = root_.find("services");
  for (const auto& entry : all->entries) {
    if (enabled_.contains(entry.key)) continue;
    const std::string where = "services." + name + ".depends_on";
    const bool defined = services != nullptr && services->find(entry.key) != nullptr;
    const Node* required = entry.value.find("required");
    if (!defined) {
      const auto near = nearest(entry.key, keys_of(services));
      wrong(entry.mark, where + ": there is no service \"" + printable(entry.key, 80) + "\"",
            near ? "did you mean \"" + *near + "\"?" : "define it, or take it out");
    } else if (required == nullptr || says_true(required)) {
      wrong(entry.mark, where + ": the service \"" + entry.key + "\" is left out by its profiles",
            "take its profiles away, set COMPOSE_PROFILES, or write required: false");
    }
  }
}

void Checker::shared(const std::string& where, const Node& node) {
  static constexpr std::array kModes{"network_mode", "ipc", "pid"};
  for (const auto* key : kModes) {
    const Node* mode = node.find(key);
    if (mode == nullptr || !mode->text.starts_with(kService)) continue;
    const std::string name = mode->text.substr(kService.size());
    if (enabled_.contains(name)) continue;
    wrong(mode->mark, where + "." + key + ": there is no service \"" + printable(name, 80) + "\"");
  }
}

void Checker::health(const std::string& where, const Node& node) {
  const Node* health = node.find("healthcheck");
  if (health == nullptr || health->find("start_interval") == nullptr) return;
  if (health->find("start_period") != nullptr) return;
  wrong(health->find("start_interval")->mark,
        where + ".healthcheck: \"start_interval\" has no effect without \"start_period\"",
        "add start_period: 60s");
}

void Checker::service(const std::string& name, const Node& node, Mark mark) {
  if (!node.is(Kind::mapping)) return;
  const std::string where = "services." + name;
  image(where, node, mark);
  networks(where, node);
  volumes(where, node);
  references(where, node, "secrets");
  references(where, node, "configs");
  dependencies(name, node);
  shared(where, node);
  health(where, node);
}

void Checker::container_names() {
  std::map<std::string, std::string> owners;
  for (const auto& entry : root_.find("services")->entries) {
    if (!enabled_.contains(entry.key) || !entry.value.is(Kind::mapping)) continue;
    const std::string name = container_name(entry.value, project_, entry.key);
    const auto [owner, fresh] = owners.emplace(name, entry.key);
    if (fresh) continue;
    const Node* own = entry.value.find("container_name");
    wrong(own != nullptr ? own->mark : entry.mark,
          "services." + entry.key + ": the container name \"" + name +
              "\" is that of the service \"" + owner->second + "\" too",
          "give each its own name, or leave container_name away");
  }
}

void Checker::external(const std::string& section, const Node& all) {
  for (const auto& entry : all.entries) {
    if (!says_true(entry.value.find("external"))) continue;
    for (const auto& key : entry.value.entries) {
      if (key.key == "external" || key.key == "name" || key.key.starts_with("x-")) continue;
      wrong(key.mark,
            section + "." + entry.key + ": \"external\" and \"" + key.key + "\" exclude each other",
            "take \"" + key.key + "\" away: what is external is used as it is");
    }
  }
}

void Checker::sources(const std::string& section, const std::vector<std::string_view>& keys) {
  const Node* all = root_.find(section);
  if (all == nullptr) return;
  std::vector<std::string> names(keys.begin(), keys.end());
  for (const auto& entry : all->entries) {
    if (!entry.value.is(Kind::mapping)) continue;
    const auto given = std::count_if(keys.begin(), keys.end(), [&](std::string_view key) {
      return entry.value.find(key) != nullptr;
    });
    const std::string where = section + "." + entry.key;
    if (given > 1) {
      wrong(entry.mark, where + ": " + join(names, ", ") + " exclude each other",
            "keep one of them");
    } else if (given == 0 && entry.value.find("external") == nullptr) {
      wrong(entry.mark, where + ": one of " + join(names, ", ") + " is missing",
            "write file: ./" + entry.key);
    }
  }
}

// Depth first; the colours keep every service from being walked twice.
void Checker::cycles() {
  enum class Colour { white, grey, black };
  const Node& services = *root_.find("services");
  std::map<std::string, Colour> colours;
  std::vector<std::string> trail;
  int circles = 0;
  const auto visit = [&](const auto& self, const std::string& name) -> void {
    colours[name] = Colour::grey;
    trail.push_back(name);
    const Node* node = services.find(name);
    const Node* all = node == nullptr ? nullptr : node->find("depends_on");
    const std::vector<Entry> none;
    for (const auto& entry : all == nullptr ? none : all->entries) {
      if (services.find(entry.key) == nullptr) continue;
      if (colours[entry.key] == Colour::white) {
        self(self, entry.key);
      } else if (colours[entry.key] == Colour::grey && circles++ < kMaxCircles) {
        const auto first = std::find(trail.begin(), trail.end(), entry.key);
        std::vector<std::string> circle(first, trail.end());
        circle.push_back(entry.key);
        wrong(entry.mark,
              "services." + name +
                  ": the services depend on each other in a circle: " + join(circle, " → "),
              "take one of these dependencies away");
      }
    }
    trail.pop_back();
    colours[name] = Colour::black;
  };
  for (const auto& entry : services.entries) {
    if (colours[entry.key] == Colour::white) visit(visit, entry.key);
  }
}

void Checker::run() {
  sources("secrets", {"file", "environment"});
  sources("configs", {"file", "environment", "content"});
  if (const Node* all = root_.find("volumes")) external("volumes", *all);
  const Node* services = root_.find("services");
  if (services == nullptr || !services->is(Kind::mapping)) return;
  for (const auto& entry : services->entries) {
    if (enabled_.contains(entry.key)) service(entry.key, entry.value, entry.mark);
  }
  container_names();
  cycles();
}

}  // namespace

std::vector<std::string> enabled_services(const Node& root,
                                          const std::vector<std::string>& active) {
  std::vector<std::string> names;
  const Node* services = root.find("services");
  if (services == nullptr) return names;
  for (const auto& entry : services->entries) {
    const Node* profiles = entry.value.find("profiles");
    const bool on = profiles == nullptr || profiles->items.empty() ||
                    std::any_of(active.begin(), active.end(), [&](const std::string& name) {
                      return name == "*" ||
                             std::any_of(profiles->items.begin(), profiles->items.end(),
                                         [&](const Node& profile) { return profile.text == name; });
                    });
    if (on) names.push_back(entry.key);
  }
  return names;
}

void check_consistency(const Node& root, const std::string& project,
                       const std::vector<std::string>& enabled, Diagnostics& diagnostics) {
  Checker(root, project, enabled, diagnostics).run();
}

void check_limits(const std::string& where, const Node& service,
                  const nlohmann::ordered_json& model, Diagnostics& diagnostics) {
  struct Pair {
    const char* own;
    const char* group;
    const char* limit;
  };
  static constexpr std::array<Pair, 4> kPairs{{{"cpus", "limits", "cpus"},
                                               {"mem_limit", "limits", "memory"},
                                               {"mem_reservation", "reservations", "memory"},
                                               {"pids_limit", "limits", "pids"}}};
  for (const auto& pair : kPairs) {
    if (!model.contains(pair.own) || !model.contains("deploy")) continue;
    const auto& resources = model["deploy"]["resources"];
    if (!resources.contains(pair.group)) continue;
    const auto& group = resources[pair.group];
    if (group.contains(pair.limit) && group[pair.limit] == model[pair.own]) continue;
    const Node* own = service.find(pair.own);
    diagnostics.error(own == nullptr ? service.mark : own->mark,
                      where + ": \"" + pair.own + "\" and \"deploy.resources." + pair.group + "." +
                          pair.limit + "\" differ",
                      "keep one of them");
  }
}

std::vector<std::string> start_order(const Node& root, const std::vector<std::string>& enabled) {
  std::vector<std::string> order;
  std::set<std::string> done;
  const Node* services = root.find("services");
  const auto visit = [&](const auto& self, const std::string& name) -> void {
    if (std::find(enabled.begin(), enabled.end(), name) == enabled.end()) return;
    if (!done.insert(name).second) return;
    const Node* all = services->find(name)->find("depends_on");
    if (all != nullptr) {
      for (const auto& entry : all->entries) self(self, entry.key);
    }
    order.push_back(name);
  };
  for (const auto& name : enabled) visit(visit, name);
  return order;
}

std::string container_name(const Node& service, const std::string& project,
                           const std::string& name) {
  const std::string_view own = service.text_of("container_name");
  return own.empty() ? project + "-" + name + "-1" : std::string(own);
}

}  // namespace aistack::compose
