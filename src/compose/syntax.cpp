#include "compose/syntax.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "compose/go_format.hpp"

namespace aistack::compose {

namespace {

constexpr std::string_view kPortForms =
    "write \"8080:80\", \"127.0.0.1:8080:80\" or \"8000-8002:80-82\"";
constexpr int kMaxPort = 65535;

std::optional<int> port_number(std::string_view text) {
  std::int64_t value = 0;
  if (!read_integer(text, value) || value < 0 || value > kMaxPort) return std::nullopt;
  return static_cast<int>(value);
}

std::optional<std::pair<int, int>> port_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = port_number(text.substr(0, dash));
  if (!first) return std::nullopt;
  if (dash == std::string_view::npos) return std::pair{*first, *first};
  const auto last = port_number(text.substr(dash + 1));
  if (!last || *last < *first) return std::nullopt;
  return std::pair{*first, *last};
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

template <class T>
Parsed<T> failed(std::string wrong, std::string_view hint = {}) {
  Parsed<T> result;
  result.wrong = std::move(wrong);
  result.hint = hint;
  return result;
}

// The three parts of a port: address, published, target/protocol. Colons belong to the address.
std::array<std::string, 3> port_parts(std::string_view text) {
  const auto last = text.rfind(':');
  if (last == std::string_view::npos) return {"", "", std::string(text)};
  const std::string target(text.substr(last + 1));
  const std::string_view front = text.substr(0, last);
  const auto middle = front.rfind(':');
  if (middle == std::string_view::npos) return {"", std::string(front), target};
  return {std::string(front.substr(0, middle)), std::string(front.substr(middle + 1)), target};
}

std::string known_protocol(std::string_view text) {
  const std::string protocol = lower(text);
  return protocol == "tcp" || protocol == "udp" || protocol == "sctp" ? protocol : std::string();
}

}  // namespace

Parsed<std::vector<PortSpec>> parse_port(std::string_view text) {
  using Ports = std::vector<PortSpec>;
  auto [address, published, target] = port_parts(text);
  std::string protocol = "tcp";
  if (const auto slash = target.find('/'); slash != std::string::npos) {
    const std::string given = target.substr(slash + 1);
    target.resize(slash);
    if (!given.empty()) protocol = known_protocol(given);
    if (protocol.empty()) {
      return failed<Ports>("\"" + given + "\" is not a protocol", "tcp, udp and sctp are");
    }
  }
  if (address.size() > 1 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  if (!address.empty() && !is_ip_address(address)) {
    return failed<Ports>("\"" + address + "\" is not an IP address", kPortForms);
  }
  const auto inside = port_range(target);
  if (!inside) {
    return failed<Ports>("\"" + target + "\" is not a container port (1 to 65535)", kPortForms);
  }
  std::optional<std::pair<int, int>> outside;
  if (!published.empty()) {
    outside = port_range(published);
    if (!outside) {
      return failed<Ports>("\"" + published + "\" is not a host port (1 to 65535)", kPortForms);
    }
  }
  const int count = inside->second - inside->first + 1;
  if (outside && count > 1 && outside->second - outside->first + 1 != count) {
    return failed<Ports>("the host ports " + published + " and the container ports " + target +
                             " are not equally many",
                         "make both ranges of the same length");
  }
  Parsed<Ports> result;
  for (int i = 0; i < count; ++i) {
    std::string host = outside ? std::to_string(outside->first + i) : std::string();
    if (outside && count == 1 && outside->first != outside->second) {
      host += "-" + std::to_string(outside->second);
    }
    result.value.push_back({address, host, inside->first + i, protocol});
  }
  // Compose lists the ports of a range in the order of their texts.
  std::stable_sort(result.value.begin(), result.value.end(),
                   [](const PortSpec& a, const PortSpec& b) {
                     return std::to_string(a.target) + "/" < std::to_string(b.target) + "/";
                   });
  return result;
}

Parsed<PortRange> parse_port_range(std::string_view text) {
  Parsed<PortRange> result;
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    result.value.protocol = known_protocol(text.substr(slash + 1));
    if (result.value.protocol.empty()) {
      return failed<PortRange>("\"" + std::string(text.substr(slash + 1)) + "\" is not a protocol",
                               "tcp, udp and sctp are");
    }
  }
  const auto range = port_range(text.substr(0, slash));
  if (!range) {
    return failed<PortRange>("\"" + std::string(text) + "\" is not a port (1 to 65535)",
                             "write \"8080\", \"9000-9002\" or \"53/udp\"");
  }
  result.value.first = range->first;
  result.value.last = range->second;
  return result;
}

namespace {

// "C:\x" has a colon that separates nothing.
std::vector<std::string> volume_parts(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ':' && !(parts.back().size() == 1 && letter(parts.back().front()))) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool names_a_path(std::string_view source) {
  if (source.empty()) return false;
  if (source.front() == '.' || source.front() == '/' || source.front() == '~') return true;
  return source.starts_with("\\\\") || (source.size() > 1 && letter(source[0]) && source[1] == ':');
}

void apply_volume_option(const std::string& option, VolumeText& volume) {
  static constexpr std::array<std::string_view, 6> kPropagations{"rprivate", "private", "rshared",
                                                                 "shared",   "rslave",  "slave"};
  if (option == "ro" || option == "rw") {
    volume.read_only = option == "ro";
  } else if (option == "nocopy") {
    volume.no_copy = true;
  } else if (option == "z" || option == "Z") {
    volume.selinux = option;
  } else if (std::find(kPropagations.begin(), kPropagations.end(), option) != kPropagations.end()) {
    volume.propagation = option;
  }
  // Compose passes over what it does not know here.
}

}  // namespace

Parsed<VolumeText> parse_volume(std::string_view text) {
  static constexpr std::string_view kForms =
      "write \"name:/path\", \"./dir:/path\" or \"./dir:/path:ro\"";
  Parsed<VolumeText> result;
  VolumeText& volume = result.value;
  if (text.empty()) return failed<VolumeText>("a mount is empty", kForms);
  if (text.size() <= 2) {
    volume.target = text;
    return result;
  }
  const auto parts = volume_parts(text);
  if (std::any_of(parts.begin(), parts.end(), [](const auto& part) { return part.empty(); })) {
    return failed<VolumeText>("\"" + std::string(text) + "\" has an empty part", kForms);
  }
  if (parts.size() > 3) {
    return failed<VolumeText>("\"" + std::string(text) + "\" has too many colons", kForms);
  }
  volume.target = parts.size() == 1 ? parts[0] : parts[1];
  if (parts.size() > 1) volume.source = parts[0];
  if (parts.size() > 2) {
    for (const auto& option : split(parts[2], ',')) apply_volume_option(option, volume);
  }
  volume.bind = names_a_path(volume.source);
  return result;
}

bool is_ip_address(std::string_view text) {
  const std::string address(text);
  std::array<unsigned char, sizeof(in6_addr)> buffer{};
  return inet_pton(AF_INET, address.c_str(), buffer.data()) == 1 ||
         inet_pton(AF_INET6, address.c_str(), buffer.data()) == 1;
}

bool is_absolute(std::string_view path) {
  if (path.starts_with('/') || path.starts_with("\\\\")) return true;
  return path.size() > 2 && letter(path[0]) && path[1] == ':' &&
         (path[2] == '\\' || path[2] == '/');
}

std::string clean_path(std::string_view path) {
  if (path.empty()) return ".";
  const bool rooted = path.front() == '/';
  std::vector<std::string> kept;
  for (const auto& part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && !kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (part != ".." || !rooted) {
      kept.push_back(part);
    }
  }
  const std::string result = (rooted ? "/" : "") + join(kept, "/");
  return result.empty() ? "." : result;
}

}  // namespace aistack::compose
