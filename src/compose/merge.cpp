#include "compose/merge.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "compose/path.hpp"
#include "compose/syntax.hpp"

namespace aistack::compose {

using Kind = Node::Kind;

namespace {

enum class Rule { values, replace, logging, limit, pools };

// Where merging is not value by value. `*` stands for any name.
struct Special {
  std::string_view path;
  Rule rule;
};
constexpr std::array kSpecials = std::to_array<Special>({
    {"services.*.command", Rule::replace},
    {"services.*.entrypoint", Rule::replace},
    {"services.*.healthcheck.test", Rule::replace},
    {"services.*.logging", Rule::logging},
    {"services.*.ulimits.*", Rule::limit},
    {"networks.*.ipam.config", Rule::pools},
});

// The lists of a service in which entries with the same key are one, and what the key is.
enum class Same { name, target, secret, config, port, path, text };
struct Unique {
  std::string_view list;
  Same same;
};
constexpr std::array kUnique = std::to_array<Unique>({
    {"cap_add", Same::name},
    {"cap_drop", Same::name},
    {"dns", Same::name},
    {"dns_opt", Same::name},
    {"dns_search", Same::name},
    {"links", Same::name},
    {"profiles", Same::name},
    {"tmpfs", Same::name},
    {"expose", Same::text},
    {"env_file", Same::path},
    {"devices", Same::target},
    {"volumes", Same::target},
    {"secrets", Same::secret},
    {"configs", Same::config},
    {"ports", Same::port},
});

bool matches(const Path& path, std::string_view pattern) {
  const Path* at = &path;
  while (!pattern.empty() && at->up != nullptr) {
    const auto dot = pattern.rfind('.');
    const std::string_view last = dot == std::string_view::npos ? pattern : pattern.substr(dot + 1);
    if (last != "*" && last != at->key) return false;
    pattern = dot == std::string_view::npos ? std::string_view() : pattern.substr(0, dot);
    at = at->up;
  }
  return pattern.empty() && at->up == nullptr;
}

Rule rule_for(const Path& path) {
  for (const auto& special : kSpecials) {
    if (matches(path, special.path)) return special.rule;
  }
  return Rule::values;
}

bool equal(const Node& a, const Node& b) {
  if (a.kind != b.kind) return false;
  if (a.scalar()) return scalar_text(a) == scalar_text(b);
  return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), equal) &&
         a.entries.size() == b.entries.size() &&
         std::all_of(a.entries.begin(), a.entries.end(), [&](const Entry& entry) {
           const Node* other = b.find(entry.key);
           return other != nullptr && equal(entry.value, *other);
         });
}

class Merger {
 public:
  explicit Merger(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void mappings(Node& base, Node& over, const Path& path) {
    for (auto& entry : over.entries) {
      if (entry.value.tag == MergeTag::reset) {
        if (base.listed) {
          // As in Docker Compose, which finds no such key in a list.
          diagnostics_.note(
              entry.mark,
              (path / entry.key).text() + ": !reset has no effect on a list of NAME=value",
              "write the base file's list as a mapping");
        } else {
          base.remove(entry.key);
        }
        continue;
      }
      Node* present = base.find(entry.key);
      if (present == nullptr) {
        drop_resets(entry.value);
        base.entries.push_back(std::move(entry));
      } else if (entry.value.tag == MergeTag::replace) {
        drop_resets(entry.value);
        *present = std::move(entry.value);
      } else {
        values(*present, entry.value, path / entry.key);
      }
    }
  }

 private:
  void values(Node& base, Node& over, const Path& path) {
    const Rule rule = rule_for(path);
    if (rule == Rule::replace || base.is(Kind::broken) || over.is(Kind::broken)) {
      base = std::move(over);
      return;
    }
    if (rule == Rule::logging && other_driver(base, over)) {
      base = std::move(over);
      return;
    }
    if (rule == Rule::limit && !(base.is(Kind::mapping) && over.is(Kind::mapping))) {
      base = std::move(over);
      return;
    }
    // NAME: (nothing) in an override means the variable of the environment, not "as before".
    if (over.is(Kind::null) && !(path.up != nullptr && holds_pairs(*path.up))) return;
    if (base.is(Kind::mapping) || base.is(Kind::sequence)) {
      if (over.kind != base.kind) {
        diagnostics_.error(
            over.mark,
            path.text() + ": " + describe(over) + " cannot be merged over " + describe(base),
            "write the same form as the base file, or tag it !override");
        return;
      }
      if (base.is(Kind::mapping)) {
        mappings(base, over, path);
        if (holds_pairs(path)) base.listed = true;
      } else if (rule == Rule::pools) {
        pools(base, over, path);
      } else {
        append(base, over);
      }
      return;
    }
    base = std::move(over);
  }

  // Mappings of the user's own names, which can be written as lists too.
  static bool holds_pairs(const Path& path) {
    static constexpr std::array kPairs{"services.*.environment",   "services.*.labels",
                                       "services.*.annotations",   "services.*.sysctls",
                                       "services.*.deploy.labels", "networks.*.labels",
                                       "volumes.*.labels"};
    return std::any_of(kPairs.begin(), kPairs.end(),
                       [&](const char* pattern) { return matches(path, pattern); });
  }

  static bool other_driver(const Node& base, const Node& over) {
    const Node* mine = base.find("driver");
    const Node* theirs = over.find("driver");
    return mine != nullptr && theirs != nullptr && mine->text != theirs->text;
  }

  static void append(Node& base, Node& over) {
    for (auto& item : over.items) {
      const bool there = std::any_of(base.items.begin(), base.items.end(),
                                     [&](const Node& known) { return equal(known, item); });
      if (!there) base.items.push_back(std::move(item));
    }
  }

  // Address pools are the same when their subnets are.
  void pools(Node& base, Node& over, const Path& path) {
    for (auto& pool : over.items) {
      const auto same = std::find_if(base.items.begin(), base.items.end(), [&](const Node& known) {
        return known.text_of("subnet") == pool.text_of("subnet");
      });
      if (same == base.items.end()) {
        base.items.push_back(std::move(pool));
      } else {
        mappings(*same, pool, path);
      }
    }
  }

  Diagnostics& diagnostics_;
};

std::string key_of(const Node& item, Same same) {
  const auto text = [&](std::string_view key, std::string_view otherwise) {
    const Node* value = item.find(key);
    return value == nullptr ? std::string(otherwise) : scalar_text(*value);
  };
  switch (same) {
    case Same::name:
      return item.text.substr(0, item.text.find('='));
    case Same::text:
      return scalar_text(item);
    case Same::target: {
      const std::string target = text("target", "");
      return target.empty() ? target : clean_path(target);
    }
    case Same::path:
      return text("path", "");
    case Same::secret:
      return text("target", "/run/secrets/" + text("source", ""));
    case Same::config:
      return text("target", "/" + text("source", ""));
    case Same::port:
      return text("host_ip", "0.0.0.0") + "|" + text("published", "") + "|" + text("target", "") +
             "|" + text("protocol", "tcp");
  }
  return {};
}

void keep_last(Node& list, Same same) {
  if (!list.is(Kind::sequence)) return;
  const bool keyed = same != Same::name && same != Same::text;
  std::unordered_map<std::string, std::size_t> seen;
  std::vector<Node> kept;
  for (auto& item : list.items) {
    if (item.is(keyed ? Kind::mapping : Kind::string) || (!keyed && item.is(Kind::integer))) {
      const auto [place, fresh] = seen.emplace(key_of(item, same), kept.size());
      if (!fresh) {
        kept[place->second] = std::move(item);
        continue;
      }
    }
    kept.push_back(std::move(item));
  }
  list.items = std::move(kept);
}

}  // namespace

void drop_resets(Node& node) {
  std::erase_if(node.entries,
                [](const Entry& entry) { return entry.value.tag == MergeTag::reset; });
  std::erase_if(node.items, [](const Node& item) { return item.tag == MergeTag::reset; });
  for (auto& entry : node.entries) drop_resets(entry.value);
  for (auto& item : node.items) drop_resets(item);
}

void keep_last_of_equals(Node& root) {
  Node* services = root.find("services");
  if (services == nullptr) return;
  for (auto& service : services->entries) {
    for (const auto& unique : kUnique) {
      if (Node* list = service.value.find(unique.list)) keep_last(*list, unique.same);
    }
    if (Node* networks = service.value.find("networks")) {
      for (auto& network : networks->entries) {
        if (Node* list = network.value.find("aliases")) keep_last(*list, Same::name);
        if (Node* list = network.value.find("link_local_ips")) keep_last(*list, Same::name);
      }
    }
  }
}

void merge(Node& base, Node over, Diagnostics& diagnostics) {
  Merger(diagnostics).mappings(base, over, {});
}

}  // namespace aistack::compose
