#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The short forms that Compose files have inside a text.
namespace aistack::compose {

// Either a value or what is wrong with the text, in words for a message.
template <class T>
struct Parsed {
  T value{};
  std::string wrong;
  std::string hint;
  explicit operator bool() const { return wrong.empty(); }
};

struct PortSpec {
  std::string host_ip;
  std::string published;  // "", "8080" or "8080-8090"
  int target = 0;
  std::string protocol;
};
// "3000", "8000:80", "127.0.0.1:8000-8002:80-82/udp", "[::1]:80:80": one or several ports.
Parsed<std::vector<PortSpec>> parse_port(std::string_view text);

struct PortRange {
  int first = 0;
  int last = 0;
  std::string protocol = "tcp";
};
// "3000", "9000-9002", "53/udp".
Parsed<PortRange> parse_port_range(std::string_view text);

struct VolumeText {
  bool bind = false;
  std::string source;  // "": anonymous
  std::string target;
  bool read_only = false;
  bool no_copy = false;
  std::string propagation;
  std::string selinux;
};
// "data:/data", "./dir:/dir:ro,z", "/anonymous".
Parsed<VolumeText> parse_volume(std::string_view text);

// A command line split as a shell would, without running anything. nullopt: the quotes do not
// match, or there is a ( that is not $( ).
std::optional<std::vector<std::string>> split_command(std::string_view text);

bool is_ip_address(std::string_view text);
bool is_absolute(std::string_view path);  // /x, and C:\x

// `path` without "." and "..", as Go's path.Clean has it.
std::string clean_path(std::string_view path);

}  // namespace aistack::compose
