#include "compose/aistack_block.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "compose/canonical.hpp"
#include "compose/go_format.hpp"
#include "compose/path.hpp"

namespace aistack::compose {

using Kind = Node::Kind;

namespace {

constexpr std::size_t kMaxName = 63;
constexpr int kMaxSecretBytes = 1024;

bool name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

// What a service or a profile may be called: it is typed on command lines, and completed there.
bool plain_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && name_character(text.front()) &&
         std::isalnum(static_cast<unsigned char>(text.front())) &&
         std::all_of(text.begin(), text.end(), name_character);
}

bool variable_name(std::string_view text) {
  return !text.empty() && !(text.front() >= '0' && text.front() <= '9') &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

// One reader a key: the table below is all that the block may say.
struct Reader {
  domain::ServiceSpec& spec;
  const std::vector<std::string>& services;
  Diagnostics& diagnostics;

  void wrong(const Node& node, const Path& path, const std::string& what, std::string hint = {}) {
    diagnostics.error(node.mark, path.text() + ": " + what, std::move(hint));
  }
  // The canonical value of one key, with the messages that the rest of the file gets too.
  std::optional<nlohmann::ordered_json> value(const Node& node, const Path& path, Type type) {
    return canonical(node, {.key = {}, .type = type, .zero = Zero::keep}, path, diagnostics);
  }
  std::string text(const Node& node, const Path& path) {
    const auto found = value(node, path, Type::text);
    return found ? found->get<std::string>() : std::string();
  }
  std::optional<std::int64_t> whole(const Node& node, const Path& path, std::int64_t low,
                                    std::int64_t high) {
    const auto found = value(node, path, Type::integer);
    if (!found) return std::nullopt;
    const auto number = found->get<std::int64_t>();
    if (number >= low && number <= high) return number;
    wrong(node, path,
          std::to_string(number) + " is not between " + std::to_string(low) + " and " +
              std::to_string(high));
    return std::nullopt;
  }
  template <class Value>
  void word(const Node& node, const Path& path,
            std::initializer_list<std::pair<const char*, Value>> words, Value& out) {
    const std::string given = text(node, path);
    std::vector<std::string> all;
    for (const auto& [name, meaning] : words) {
      if (given == name) {
        out = meaning;
        return;
      }
      all.emplace_back(name);
    }
    if (given.empty()) return;
    const auto near = nearest(given, all);
    wrong(node, path, "\"" + printable(given, 60) + "\" is none of " + join(all, ", "),
          near ? "did you mean \"" + *near + "\"?" : "");
  }
};

using Read = void (*)(Reader&, const Node&, const Path&);
struct Key {
  const char* name;
  Read read;
};

void read_keys(Reader& reader, const Node& node, const Path& path, std::span<const Key> keys) {
  if (!node.is(Kind::mapping)) {
    if (!node.is(Kind::broken)) {
      reader.wrong(node, path, "must be a mapping, and is " + describe(node));
    }
    return;
  }
  for (const auto& entry : node.entries) {
    const auto known = std::find_if(keys.begin(), keys.end(),
                                    [&](const Key& key) { return entry.key == key.name; });
    if (known != keys.end()) {
      if (!entry.value.is(Kind::broken)) known->read(reader, entry.value, path / entry.key);
      continue;
    }
    std::vector<std::string> names;
    for (const auto& key : keys) names.emplace_back(key.name);
    const auto near = nearest(entry.key, names);
    reader.diagnostics.error(
        entry.mark, path.text() + ": unknown key \"" + entry.key + "\"",
        near ? "did you mean \"" + *near + "\"?" : "known are " + join(names, ", "));
  }
}

constexpr std::array kHealthKeys = std::to_array<Key>({
    {"port",
     [](Reader& reader, const Node& node, const Path& path) {
       if (const auto port = reader.whole(node, path, 1, 65535)) {
         reader.spec.health.port = static_cast<int>(*port);
       }
     }},
    {"path",
     [](Reader& reader, const Node& node, const Path& path) {
       const std::string given = reader.text(node, path);
       if (given.empty()) return;
       if (given.front() != '/' || given.find_first_of(" \t\r\n#") != std::string::npos) {
         reader.wrong(node, path, "\"" + printable(given, 60) + "\" is not the path of a URL",
                      "write /health");
         return;
       }
       reader.spec.health.path = given;
     }},
    {"expect",
     [](Reader& reader, const Node& node, const Path& path) {
       if (const auto status = reader.whole(node, path, 100, 599)) {
         reader.spec.health.expect = static_cast<int>(*status);
       }
     }},
    {"startup_timeout",
     [](Reader& reader, const Node& node, const Path& path) {
       std::chrono::nanoseconds time{};
       const auto given = reader.value(node, path, Type::duration);
       if (!given || !read_duration(given->get<std::string>(), time)) return;
       const auto seconds = std::chrono::ceil<std::chrono::seconds>(time);
       if (seconds < std::chrono::seconds(1) || seconds > std::chrono::hours(24)) {
         reader.wrong(node, path, "must be between 1s and 24h");
         return;
       }
       reader.spec.health.startup_timeout = seconds;
     }},
});

// A value as it stands in the file; what is no plain data is null.
nlohmann::json plain_value(const Node& node) {
  nlohmann::json value;
  switch (node.kind) {
    case Kind::boolean:
      return node.boolean;
    case Kind::integer:
      return node.integer;
    case Kind::floating:
      return node.floating;
    case Kind::string:
    case Kind::timestamp:
      return node.text;
    case Kind::sequence:
      value = nlohmann::json::array();
      for (const auto& item : node.items) value.push_back(plain_value(item));
      return value;
    case Kind::mapping:
      value = nlohmann::json::object();
      for (const auto& entry : node.entries) value[entry.key] = plain_value(entry.value);
      return value;
    case Kind::null:
    case Kind::broken:
      break;
  }
  return value;
}

constexpr std::array kStoredKeys = std::to_array<Key>({
    {"volume",
     [](Reader& reader, const Node& node, const Path& path) {
       reader.spec.stored_settings->volume = reader.text(node, path);
     }},
    {"file",
     [](Reader& reader, const Node& node, const Path& path) {
       const std::filesystem::path file = reader.text(node, path);
       const bool inside =
           !file.empty() && file.is_relative() &&
           std::none_of(file.begin(), file.end(), [](const auto& part) { return part == ".."; });
       if (!inside) return reader.wrong(node, path, "must be a path inside the volume");
       reader.spec.stored_settings->file = file.string();
     }},
});

void read_stored_settings(Reader& reader, const Node& node, const Path& path) {
  auto& stored = reader.spec.stored_settings.emplace();
  read_keys(reader, node, path, kStoredKeys);
  if (node.is(Kind::mapping) && (stored.volume.empty() || stored.file.empty()))
    reader.wrong(node, path, "needs \"volume\" and \"file\"");
}

constexpr std::array kApiKeys = std::to_array<Key>({
    {"stored_settings",
     [](Reader& reader, const Node& node, const Path& path) {
       if (!node.is(Kind::mapping))
         return reader.wrong(node, path, "must be a mapping, and is " + describe(node));
       for (const auto& entry : node.entries)
         reader.spec.backend_settings[entry.key] = plain_value(entry.value);
     }},
    {"backend_env",
     [](Reader& reader, const Node& node, const Path& path) {
       const auto given = reader.value(node, path, Type::mapping);
       if (!given) return;
       for (const auto& [name, value] : given->items()) {
         reader.spec.backend_env[name] = value.get<std::string>();
       }
     }},
});

void read_secret(Reader& reader, const std::string& variable, const Node& node, const Path& path) {
  domain::SecretSpec secret{.variable = variable};
  if (!variable_name(variable)) {
    reader.wrong(node, path, "\"" + printable(variable, 60) + "\" is not the name of a variable",
                 "use letters, digits and _");
    return;
  }
  if (node.is(Kind::mapping)) {
    for (const auto& entry : node.entries) {
      if (entry.key == "bytes") {
        const auto bytes = reader.whole(entry.value, path / "bytes", 16, kMaxSecretBytes);
        if (bytes) secret.bytes = static_cast<int>(*bytes);
      } else {
        reader.diagnostics.error(entry.mark, path.text() + ": unknown key \"" + entry.key + "\"",
                                 "known is bytes");
      }
    }
  } else if (!node.is(Kind::null) && !node.is(Kind::string)) {
    reader.wrong(node, path, "must be { bytes: 32 } or nothing, and is " + describe(node));
    return;
  }
  reader.spec.secrets.push_back(std::move(secret));
}

void read_secrets(Reader& reader, const Node& node, const Path& path) {
  if (node.is(Kind::mapping)) {
    for (const auto& entry : node.entries) {
      if (entry.value.is(Kind::string)) {
        reader.wrong(entry.value, path / entry.key, "secrets are generated, never written down",
                     "leave the value away, or give { bytes: 32 }");
      } else if (!entry.value.is(Kind::broken)) {
        read_secret(reader, entry.key, entry.value, path / entry.key);
      }
    }
    return;
  }
  const auto names = reader.value(node, path, Type::texts);
  if (!names) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    read_secret(reader, node.items[i].text, node.items[i], path[i]);
  }
}

constexpr std::array kKeys = std::to_array<Key>({
    {"title",
     [](Reader& reader, const Node& node, const Path& path) {
       const std::string title = reader.text(node, path);
       if (!title.empty()) reader.spec.title = title;
     }},
    {"profiles",
     [](Reader& reader, const Node& node, const Path& path) {
       const auto names = reader.value(node, path, Type::texts);
       if (!names) return;
       for (std::size_t i = 0; i < node.items.size(); ++i) {
         const std::string& name = node.items[i].text;
         if (plain_name(name)) {
           reader.spec.profiles.push_back(name);
         } else {
           reader.wrong(node.items[i], path[i],
                        "\"" + printable(name, 80) + "\" cannot be the name of a profile",
                        "use a-z, 0-9, _ . - (a letter or digit first), at most " +
                            std::to_string(kMaxName) + " characters");
         }
       }
     }},
    {"role",
     [](Reader& reader, const Node& node, const Path& path) {
       using domain::Role;
       reader.word<Role>(node, path,
                         {{"backend", Role::backend}, {"ui", Role::ui}, {"other", Role::other}},
                         reader.spec.role);
     }},
    {"main",
     [](Reader& reader, const Node& node, const Path& path) {
       const std::string name = reader.text(node, path);
       if (name.empty()) return;
       const auto& all = reader.services;
       if (std::find(all.begin(), all.end(), name) == all.end()) {
         const auto near = nearest(name, all);
         reader.wrong(node, path, "the file has no service \"" + printable(name, 60) + "\"",
                      near ? "did you mean \"" + *near + "\"?" : "it has " + join(all, ", "));
         return;
       }
       reader.spec.main = name;
     }},
    {"health",
     [](Reader& reader, const Node& node, const Path& path) {
       read_keys(reader, node, path, kHealthKeys);
     }},
    {"gpu",
     [](Reader& reader, const Node& node, const Path& path) {
       using domain::GpuUse;
       reader.word<GpuUse>(
           node, path,
           {{"none", GpuUse::none}, {"shared", GpuUse::shared}, {"exclusive", GpuUse::exclusive}},
           reader.spec.gpu);
     }},
    {"models",
     [](Reader& reader, const Node& node, const Path& path) {
       const std::string provider = reader.text(node, path);
       if (!provider.empty()) reader.spec.models = provider;
     }},
    {"update_order",
     [](Reader& reader, const Node& node, const Path& path) {
       if (const auto order = reader.whole(node, path, 0, 1'000'000)) {
         reader.spec.update_order = static_cast<int>(*order);
       }
     }},
    {"snapshot_before_update",
     [](Reader& reader, const Node& node, const Path& path) {
       if (const auto given = reader.value(node, path, Type::flag)) {
         reader.spec.snapshot_before_update = given->get<bool>();
       }
     }},
    {"secrets", read_secrets},
    {"stored_settings", read_stored_settings},
    {"api",
     [](Reader& reader, const Node& node, const Path& path) {
       read_keys(reader, node, path, kApiKeys);
     }},
});

}  // namespace

std::string service_name(const std::filesystem::path& file, Diagnostics& diagnostics) {
  const std::string name = file.stem().string();
  if (plain_name(name)) return name;
  diagnostics.error({}, "\"" + printable(name, 80) + "\" cannot be the name of a service",
                    "name the file with a-z, 0-9, _ . - (a letter or digit first), at most " +
                        std::to_string(kMaxName) + " characters before .yaml");
  return name;
}

domain::ServiceSpec read_aistack_block(const Node& root, const std::string& name,
                                       const std::vector<std::string>& services,
                                       Diagnostics& diagnostics) {
  domain::ServiceSpec spec;
  spec.name = name;
  spec.title = name;
  if (!services.empty()) {
    const bool own = std::find(services.begin(), services.end(), name) != services.end();
    spec.main = own ? name : services.front();
  }
  const Node* block = root.find("x-aistack");
  if (block == nullptr) return spec;
  spec.has_block = true;
  Reader reader{spec, services, diagnostics};
  const Path top;
  read_keys(reader, *block, top / "x-aistack", kKeys);
  return spec;
}

}  // namespace aistack::compose
