#include "compose/checks.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "base/text.hpp"
#include "compose/go_format.hpp"
#include "compose/syntax.hpp"

namespace aistack::compose {

namespace {

void wrong(const Node& node, const Path& path, Diagnostics& diagnostics, const std::string& what,
           std::string hint = {}) {
  diagnostics.error(node.mark, path.text() + ": " + what, std::move(hint));
}

void one_of(const Node& node, const Path& path, Diagnostics& diagnostics,
            std::span<const std::string_view> words) {
  if (std::find(words.begin(), words.end(), node.text) != words.end()) return;
  const std::vector<std::string> all(words.begin(), words.end());
  const auto near = nearest(node.text, all);
  wrong(node, path, diagnostics,
        "\"" + printable(node.text, 60) + "\" is none of " + join(all, ", "),
        near ? "did you mean \"" + *near + "\"?" : "");
}

bool name_characters(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  });
}

bool alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::int64_t number_of(const Node& node) {
  std::int64_t value = 0;
  if (node.is(Node::Kind::integer)) return node.integer;
  if (node.is(Node::Kind::floating)) return static_cast<std::int64_t>(node.floating);
  read_integer(node.text, value);
  return value;
}

}  // namespace

void check_restart(const Node& node, const Path& path, Diagnostics& diagnostics) {
  static constexpr std::array<std::string_view, 5> kPolicies{"no", "always", "unless-stopped",
                                                             "on-failure", "none"};
  static constexpr std::string_view kCounted = "on-failure:";
  if (node.text.empty() ||
      std::find(kPolicies.begin(), kPolicies.end(), node.text) != kPolicies.end())
    return;
  std::int64_t count = 0;
  if (node.text.starts_with(kCounted) &&
      read_integer(std::string_view(node.text).substr(kCounted.size()), count) && count >= 0) {
    return;
  }
  wrong(node, path, diagnostics, "\"" + printable(node.text, 60) + "\" is not a restart policy",
        "write \"no\", always, unless-stopped, on-failure or on-failure:3");
}

void check_restart_condition(const Node& node, const Path& path, Diagnostics& diagnostics) {
  static constexpr std::array<std::string_view, 6> kConditions{
      "none", "on-failure", "any", "no", "always", "unless-stopped"};
  one_of(node, path, diagnostics, kConditions);
}

void check_container_name(const Node& node, const Path& path, Diagnostics& diagnostics) {
  if (node.text.size() > 1 && alphanumeric(node.text.front()) && name_characters(node.text)) return;
  wrong(node, path, diagnostics,
        "\"" + printable(node.text, 60) + "\" is not a name for a container",
        "use letters, digits, _ . - and begin with a letter or digit; at least two characters");
}

void check_pull_policy(const Node& node, const Path& path, Diagnostics& diagnostics) {
  static constexpr std::array<std::string_view, 7> kPolicies{
      "always", "never", "missing", "if_not_present", "refresh", "daily", "weekly"};
  if (node.text == "build") {
    wrong(node, path, diagnostics, "images are not built here",
          "build the image first and leave pull_policy away");
  } else if (node.text.starts_with("every_")) {
    std::chrono::nanoseconds interval{};
    if (!read_duration(std::string_view(node.text).substr(6), interval)) {
      wrong(node, path, diagnostics, "\"" + node.text + "\" is not an interval", "write every_12h");
    }
  } else {
    one_of(node, path, diagnostics, kPolicies);
  }
}

void check_cgroup(const Node& node, const Path& path, Diagnostics& diagnostics) {
  static constexpr std::array<std::string_view, 2> kModes{"host", "private"};
  one_of(node, path, diagnostics, kModes);
}

void check_condition(const Node& node, const Path& path, Diagnostics& diagnostics) {
  static constexpr std::array<std::string_view, 3> kConditions{"service_started", "service_healthy",
                                                               "service_completed_successfully"};
  one_of(node, path, diagnostics, kConditions);
}

void check_recursive(const Node& node, const Path& path, Diagnostics& diagnostics) {
  static constexpr std::array<std::string_view, 4> kModes{"enabled", "disabled", "writable",
                                                          "readonly"};
  one_of(node, path, diagnostics, kModes);
}

void check_selinux(const Node& node, const Path& path, Diagnostics& diagnostics) {
  static constexpr std::array<std::string_view, 2> kModes{"z", "Z"};
  one_of(node, path, diagnostics, kModes);
}

void check_mount_type(const Node& node, const Path& path, Diagnostics& diagnostics) {
  static constexpr std::array<std::string_view, 4> kTypes{"bind", "volume", "tmpfs", "image"};
  if (node.text == "npipe" || node.text == "cluster") {
    wrong(node, path, diagnostics, "mounts of type " + node.text + " are not supported",
          "use bind, volume, tmpfs or image");
    return;
  }
  one_of(node, path, diagnostics, kTypes);
}

void check_update_order(const Node& node, const Path& path, Diagnostics& diagnostics) {
  static constexpr std::array<std::string_view, 2> kOrders{"start-first", "stop-first"};
  one_of(node, path, diagnostics, kOrders);
}

void check_oom_score(const Node& node, const Path& path, Diagnostics& diagnostics) {
  const auto score = number_of(node);
  if (score >= -1000 && score <= 1000) return;
  wrong(node, path, diagnostics, std::to_string(score) + " is not between -1000 and 1000");
}

void check_percent(const Node& node, const Path& path, Diagnostics& diagnostics) {
  const auto percent = number_of(node);
  const bool fraction = node.is(Node::Kind::floating);
  if (!fraction && percent >= 0 && percent <= 100) return;
  wrong(node, path, diagnostics, "\"" + node.text + "\" is not a whole number from 0 to 100");
}

void check_not_negative(const Node& node, const Path& path, Diagnostics& diagnostics) {
  if (number_of(node) < 0) wrong(node, path, diagnostics, "must not be negative");
}

void check_one_replica(const Node& node, const Path& path, Diagnostics& diagnostics) {
  const auto count = number_of(node);
  if (count == 1) return;
  wrong(node, path, diagnostics,
        "aistack runs one container of each service, and this asks for " + std::to_string(count),
        count == 0 ? "give the service a profile to leave it out"
                   : "write the service down once for each container");
}

void check_address(const Node& node, const Path& path, Diagnostics& diagnostics) {
  if (node.text.empty() || is_ip_address(node.text)) return;
  wrong(node, path, diagnostics, "\"" + printable(node.text, 60) + "\" is not an IP address");
}

void check_addresses(const Node& node, const Path& path, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (node.items[i].is(Node::Kind::string)) check_address(node.items[i], path[i], diagnostics);
  }
}

void check_mac_address(const Node& node, const Path& path, Diagnostics& diagnostics) {
  std::string digits = node.text;
  std::erase_if(digits, [](char c) { return c == ':' || c == '-' || c == '.'; });
  const bool hex = digits.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (node.text.empty() || (hex && (digits.size() == 12 || digits.size() == 16))) return;
  wrong(node, path, diagnostics, "\"" + printable(node.text, 60) + "\" is not a MAC address",
        "write 02:42:ac:11:65:43");
}

void check_expose(const Node& node, const Path& path, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (node.items[i].is(Node::Kind::broken)) continue;
    const auto port = parse_port_range(scalar_text(node.items[i]));
    if (!port) wrong(node.items[i], path[i], diagnostics, port.wrong, port.hint);
  }
}

void check_target_port(const Node& node, const Path& path, Diagnostics& diagnostics) {
  const auto port = number_of(node);
  if (port >= 1 && port <= 65535) return;
  wrong(node, path, diagnostics, std::to_string(port) + " is not a container port (1 to 65535)");
}

void check_published(const Node& node, const Path& path, Diagnostics& diagnostics) {
  const std::string text = scalar_text(node);
  if (text.empty()) return;
  const auto port = parse_port_range(text);
  if (port && text.find('/') == std::string::npos) return;
  wrong(node, path, diagnostics,
        "\"" + printable(text, 60) + "\" is not a host port (1 to 65535), nor a range of them",
        "write 8080 or \"8080-8090\"");
}

void check_protocol(const Node& node, const Path& path, Diagnostics& diagnostics) {
  static constexpr std::array<std::string_view, 3> kProtocols{"tcp", "udp", "sctp"};
  one_of(node, path, diagnostics, kProtocols);
}

void check_mount_target(const Node& node, const Path& path, Diagnostics& diagnostics) {
  const std::string text = printable(node.text, 60);
  if (!node.text.starts_with('/')) {
    const bool drive = is_absolute(node.text);
    wrong(node, path, diagnostics, "\"" + text + "\" is not an absolute path in the container",
          drive ? "a letter and a colon are read as a drive of Windows: names of volumes need two "
                  "characters"
                : "write \"/" + text + "\"");
  } else if (clean_path(node.text) == "/") {
    wrong(node, path, diagnostics, "a mount cannot take the place of the whole file system (/)",
          "name a directory inside the container");
  }
}

void check_devices(const Node& node, const Path& path, Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Node& device = node.items[i];
    const Node* ids = device.find("device_ids");
    if (device.find("count") == nullptr || ids == nullptr) continue;
    wrong(*ids, path[i], diagnostics, "\"count\" and \"device_ids\" exclude each other",
          "keep \"count\" for any GPUs, or \"device_ids\" for certain ones");
  }
}

void check_image(const Node& node, const Path& path, Diagnostics& diagnostics) {
  const bool fine =
      !node.text.empty() && alphanumeric(node.text.front()) &&
      std::all_of(node.text.begin(), node.text.end(), [](char c) {
        return alphanumeric(c) || std::string_view("._-/:@+").find(c) != std::string_view::npos;
      });
  if (fine) return;
  wrong(node, path, diagnostics, "\"" + printable(node.text, 80) + "\" is not the name of an image",
        "write name:tag or registry/name:tag");
}

void check_unique(const Node& node, const Path& path, Diagnostics& diagnostics) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string text = scalar_text(node.items[i]);
    if (seen.insert(text).second) continue;
    wrong(node.items[i], path[i], diagnostics, "\"" + printable(text, 60) + "\" is listed twice",
          "keep it once");
  }
}

void check_env_format(const Node& node, const Path& path, Diagnostics& diagnostics) {
  if (node.text.empty() || node.text == "raw" || node.text == ".env") return;
  wrong(node, path, diagnostics, "\"" + printable(node.text, 60) + "\" is not a format",
        "write raw, or leave it away");
}

void check_subnet(const Node& node, const Path& path, Diagnostics& diagnostics) {
  const auto slash = node.text.find('/');
  std::int64_t bits = -1;
  if (slash != std::string::npos && is_ip_address(std::string_view(node.text).substr(0, slash)) &&
      read_integer(std::string_view(node.text).substr(slash + 1), bits) && bits >= 0 &&
      bits <= (node.text.find(':') == std::string::npos ? 32 : 128)) {
    return;
  }
  if (node.text.empty()) return;
  wrong(node, path, diagnostics, "\"" + printable(node.text, 60) + "\" is not a subnet",
        "write 172.30.0.0/24");
}

void check_security_options(const Node& node, const Path& path, Diagnostics& diagnostics) {
  check_unique(node, path, diagnostics);
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string& option = node.items[i].text;
    if (!node.items[i].is(Node::Kind::string) || option == "no-new-privileges" ||
        option.find_first_of(":=") != std::string::npos) {
      continue;
    }
    wrong(node.items[i], path[i], diagnostics,
          "\"" + printable(option, 60) + "\" is not a security option",
          "write no-new-privileges:true, seccomp=unconfined or the like");
  }
}

}  // namespace aistack::compose
