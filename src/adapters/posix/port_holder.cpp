#include "adapters/posix/port_holder.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "adapters/posix/directory.hpp"
#include "adapters/posix/files.hpp"
#include "adapters/posix/proc_net.hpp"
#include "base/text.hpp"

namespace aistack::adapters::posix {
namespace {

constexpr std::uint64_t kMaxTable = 64 << 20;  // some 400,000 sockets

std::vector<Listener> listeners_on(int port, const std::string& protocol) {
  std::vector<Listener> found;
  for (const auto family : {Family::ipv4, Family::ipv6}) {
    // Files of /proc have no size; read_text reads to the end.
    const auto path = "/proc/self/net/" + protocol + (family == Family::ipv6 ? "6" : "");
    const auto text = read_text(path, kMaxTable);
    if (!text || !text.value()) continue;  // no IPv6, or no /proc: then nothing is known
    for (const auto& listener : parse_proc_net(*text.value(), family, protocol))
      if (listener.port == port) found.push_back(listener);
  }
  return found;
}

// Asks the kernel: a bind that is given up at once. Only for what the tables do not tell.
bool can_bind_ipv4(const Address& address, int port, const std::string& protocol) {
  const int type = protocol == "udp" ? SOCK_DGRAM : SOCK_STREAM;
  const Fd fd{::socket(AF_INET, type | SOCK_CLOEXEC, 0)};
  if (!fd) return false;
  const int on = 1;
  if (type == SOCK_STREAM) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<std::uint16_t>(port));
  std::memcpy(&name.sin_addr, address.bytes.data(), sizeof name.sin_addr);
  return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
}

bool is_number(const char* text) {
  return text[0] != '\0' && std::strspn(text, "0123456789") == std::strlen(text);
}

// The socket that a descriptor of a process is, 0 if it is none.
std::uint64_t socket_inode(int directory, const char* name) {
  constexpr std::string_view kPrefix = "socket:[";
  std::array<char, 64> target;
  const auto length = ::readlinkat(directory, name, target.data(), target.size());
  if (length <= 0) return 0;
  std::string_view text(target.data(), static_cast<std::size_t>(length));
  if (!text.starts_with(kPrefix)) return 0;
  text.remove_prefix(kPrefix.size());
  std::uint64_t inode = 0;
  std::from_chars(text.data(), text.data() + text.size(), inode);
  return inode;
}

// Which process holds one of the sockets? Other users' processes cannot be looked into.
struct Owner {
  std::int64_t pid = 0;
  std::uint64_t inode = 0;
};
std::optional<Owner> find_owner(const std::map<std::uint64_t, Listener>& sockets) {
  const Directory processes{::opendir("/proc")};
  if (!processes) return std::nullopt;
  while (const dirent* const process = ::readdir(processes.get())) {
    if (!is_number(process->d_name)) continue;
    const Directory descriptors{
        ::opendir(("/proc/" + std::string{process->d_name} + "/fd").c_str())};
    if (!descriptors) continue;
    while (const dirent* const entry = ::readdir(descriptors.get())) {
      const auto inode = socket_inode(::dirfd(descriptors.get()), entry->d_name);
      if (inode == 0 || !sockets.contains(inode)) continue;
      Owner owner{0, inode};
      std::from_chars(process->d_name, process->d_name + std::strlen(process->d_name), owner.pid);
      return owner;
    }
  }
  return std::nullopt;
}

// The systemd service of a process, from the last component of its control group
// (/system.slice/ollama.service).
std::string unit_of(std::int64_t pid) {
  constexpr std::string_view kService = ".service";
  const auto text = read_text("/proc/" + std::to_string(pid) + "/cgroup", 1 << 16);
  if (!text || !text.value()) return "";
  for (const auto& line : split(*text.value(), '\n')) {
    const auto name = line.substr(line.rfind('/') + 1);
    if (name.ends_with(kService)) return name.substr(0, name.size() - kService.size());
  }
  return "";
}

std::string program_of(std::int64_t pid) {
  const auto text = read_text("/proc/" + std::to_string(pid) + "/comm", 4096);
  if (!text || !text.value()) return {};
  return printable(trim(*text.value()), 64);
}

}  // namespace

std::optional<ports::PortHolder> find_port_holder(const std::string& ip, int port,
                                                  const std::string& protocol) {
  // "" is every address of both families: that is what the engine binds then.
  const auto wanted = parse_address(ip);
  std::map<std::uint64_t, Listener> sockets;
  for (const auto& listener : listeners_on(port, protocol)) {
    const auto verdict = conflict(listener, wanted);
    if (verdict == Conflict::no) continue;
    if (verdict == Conflict::unless_v6_only && can_bind_ipv4(*wanted, port, protocol)) continue;
    sockets.emplace(listener.inode, listener);
  }
  if (sockets.empty()) return std::nullopt;
  if (const auto owner = find_owner(sockets))
    return ports::PortHolder{owner->pid, program_of(owner->pid), unit_of(owner->pid),
                             to_string(sockets.at(owner->inode))};
  return ports::PortHolder{.address = to_string(sockets.begin()->second)};
}

}  // namespace aistack::adapters::posix
