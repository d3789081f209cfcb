#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What /proc/net/{tcp,tcp6,udp,udp6} say about who listens; pure.
namespace aistack::adapters::posix {

enum class Family { ipv4, ipv6 };

// An address in network byte order; IPv4 uses the first four bytes.
struct Address {
  Family family = Family::ipv4;
  std::array<std::uint8_t, 16> bytes{};

  bool any() const;
  bool operator==(const Address&) const = default;
};

struct Listener {
  Address address;
  int port = 0;
  std::uint64_t inode = 0;
};

// "127.0.0.1", "::1", "[::1]"; absent when it is none.
std::optional<Address> parse_address(const std::string& text);
// "127.0.0.1:80", "[::1]:80".
std::string to_string(const Listener& listener);

// TCP sockets in state LISTEN, UDP sockets that are not connected. Lines that cannot be read are
// passed over.
std::vector<Listener> parse_proc_net(std::string_view text, Family family,
                                     const std::string& protocol);

// Would a bind to `wanted` (absent: every address of both families) fail because of `listener`,
// which has the same port?
enum class Conflict {
  no,
  yes,
  unless_v6_only,  // it listens on "::", and the table does not tell whether for IPv4 too
};
Conflict conflict(const Listener& listener, const std::optional<Address>& wanted);

}  // namespace aistack::adapters::posix
