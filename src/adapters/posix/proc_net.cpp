#include "adapters/posix/proc_net.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "base/text.hpp"

namespace aistack::adapters::posix {
namespace {

constexpr std::size_t kAddressField = 1;
constexpr std::size_t kStateField = 3;
constexpr std::size_t kInodeField = 9;

template <class T>
std::optional<T> number(std::string_view text, int base) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const auto begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) return fields;
    const auto end = std::min(line.find(' ', begin), line.size());
    fields.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

// The kernel prints an address as 32-bit words in the machine's byte order.
std::optional<Address> parse_hex_address(std::string_view text, Family family) {
  constexpr std::size_t kWord = 8;
  if (text.size() != (family == Family::ipv4 ? kWord : 4 * kWord)) return std::nullopt;
  Address address{family, {}};
  for (std::size_t word = 0; word < text.size() / kWord; ++word) {
    const auto value = number<std::uint32_t>(text.substr(word * kWord, kWord), 16);
    if (!value) return std::nullopt;
    std::memcpy(&address.bytes[word * 4], &*value, sizeof *value);
  }
  return address;
}

// The IPv4 address inside of ::ffff:a.b.c.d.
std::optional<Address> mapped(const Address& address) {
  constexpr std::array<std::uint8_t, 12> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (address.family != Family::ipv6 ||
      !std::equal(kPrefix.begin(), kPrefix.end(), address.bytes.begin()))
    return std::nullopt;
  Address inner;
  std::copy(address.bytes.begin() + 12, address.bytes.end(), inner.bytes.begin());
  return inner;
}

}  // namespace

bool Address::any() const {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

std::optional<Address> parse_address(const std::string& text) {
  std::string bare = text;
  if (bare.size() > 2 && bare.front() == '[' && bare.back() == ']')
    bare = bare.substr(1, bare.size() - 2);
  Address address;
  if (::inet_pton(AF_INET, bare.c_str(), address.bytes.data()) == 1) return address;
  address.family = Family::ipv6;
  if (::inet_pton(AF_INET6, bare.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::string to_string(const Listener& listener) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = listener.address.family == Family::ipv4;
  ::inet_ntop(v4 ? AF_INET : AF_INET6, listener.address.bytes.data(), text.data(), text.size());
  return v4 ? fmt::format("{}:{}", text.data(), listener.port)
            : fmt::format("[{}]:{}", text.data(), listener.port);
}

std::vector<Listener> parse_proc_net(std::string_view text, Family family,
                                     const std::string& protocol) {
  const std::string_view wanted_state = protocol == "udp" ? "07" : "0A";
  std::vector<Listener> listeners;
  for (const auto& line : split(text, '\n')) {
    const auto fields = fields_of(line);
    if (fields.size() <= kInodeField || fields[kStateField] != wanted_state) continue;
    const auto colon = fields[kAddressField].find(':');
    if (colon == std::string_view::npos) continue;
    const auto address = parse_hex_address(fields[kAddressField].substr(0, colon), family);
    const auto port = number<int>(fields[kAddressField].substr(colon + 1), 16);
    const auto inode = number<std::uint64_t>(fields[kInodeField], 10);
    if (address && port && inode) listeners.push_back({*address, *port, *inode});
  }
  return listeners;
}

Conflict conflict(const Listener& listener, const std::optional<Address>& wanted) {
  if (!wanted) return Conflict::yes;
  const auto& theirs = listener.address;
  const auto overlap = [](const Address& a, const Address& b) {
    return a.family == b.family && (a.any() || b.any() || a == b);
  };
  if (overlap(theirs, *wanted)) return Conflict::yes;
  if (wanted->family == Family::ipv4) {
    const auto inner = mapped(theirs);
    if (inner && overlap(*inner, *wanted)) return Conflict::yes;
    if (theirs.family == Family::ipv6 && theirs.any()) return Conflict::unless_v6_only;
  }
  return Conflict::no;
}

}  // namespace aistack::adapters::posix
