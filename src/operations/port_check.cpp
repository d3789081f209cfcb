#include "operations/port_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace aistack::operations {
namespace {

bool any_address(const std::string& ip) {
  return ip.empty() || ip == "0.0.0.0" || ip == "::";
}

std::optional<int> port_number(const std::string& text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535)
    return std::nullopt;
  return port;
}

std::string shown(const WantedPort& port) {
  return fmt::format("{}:{}", port.host_ip.empty() ? "0.0.0.0" : port.host_ip, port.host_port);
}

Error taken(const CatalogEntry& entry, const WantedPort& port, std::string why,
            std::optional<std::string> stop) {
  Error error{ErrorCode::kPortInUse, std::move(why)};
  error.what =
      fmt::format("cannot start {}: port {} is already in use", entry.name, port.host_port);
  if (stop) error.next.push_back(std::move(*stop));
  error.next.push_back(
      fmt::format("{}change \"ports\" in {}", stop ? "or " : "", entry.files.front().string()));
  return error;
}

// The holder among the engine's containers, by name.
std::optional<std::string> holding_container(const WantedPort& wanted,
                                             const std::string& own_container,
                                             const std::vector<ports::ContainerSummary>& all) {
  for (const auto& container : all) {
    if (container.name == own_container) continue;
    for (const auto& port : container.ports)
      if (port.host_port != 0 && overlap(wanted, {port.host_ip, port.host_port, port.protocol}))
        return container.name;
  }
  return std::nullopt;
}

bool held_by(const std::string& name, const WantedPort& wanted,
             const std::vector<ports::ContainerSummary>& all) {
  for (const auto& container : all) {
    if (container.name != name) continue;
    for (const auto& port : container.ports)
      if (port.host_port == wanted.host_port && port.protocol == wanted.protocol) return true;
  }
  return false;
}

// The engine's own process, which listens for a container.
bool is_proxy(const ports::PortHolder& holder) {
  return holder.program == "docker-proxy" || holder.program == "rootlessport" ||
         holder.program == "conmon";
}

// A container that is restarted again and again has its ports now and then; they are not listed
// with it in between.
bool comes_and_goes(const std::string& name, const std::vector<ports::ContainerSummary>& all) {
  return std::any_of(all.begin(), all.end(), [&](const auto& container) {
    return container.name == name && container.state == ports::ContainerState::restarting;
  });
}

std::string stop_process(const ports::PortHolder& holder) {
  if (is_proxy(holder)) return "docker ps   (shows which container has it)";
  if (!holder.unit.empty()) return "sudo systemctl stop " + holder.unit;
  if (holder.pid != 0) return fmt::format("sudo kill {}", holder.pid);
  return fmt::format("sudo ss -ltnp   (shows who listens on {})", holder.address);
}

Error held_by_process(const CatalogEntry& entry, const WantedPort& port,
                      const ports::PortHolder& holder) {
  auto why =
      holder.pid == 0
          ? fmt::format("{} is held by a process of another user", holder.address)
          : fmt::format("{} is held by pid {} ({})", holder.address, holder.pid, holder.program);
  return taken(entry, port, std::move(why), stop_process(holder));
}

Error held_by_container(const CatalogEntry& entry, const WantedPort& port,
                        const std::string& container) {
  return taken(entry, port,
               fmt::format("{} is published by the container {}", shown(port), container),
               fmt::format("docker stop {}", container));
}

}  // namespace

std::vector<WantedPort> wanted_ports(const domain::ContainerSpec& spec) {
  std::vector<WantedPort> ports;
  const auto bindings = spec.host_config.find("PortBindings");
  if (bindings == spec.host_config.end() || !bindings->is_object()) return ports;
  for (const auto& [key, list] : bindings->items()) {
    const auto slash = key.find('/');
    const auto protocol = slash == std::string::npos ? "tcp" : key.substr(slash + 1);
    for (const auto& binding : list) {
      const auto port = port_number(binding.value("HostPort", ""));
      if (port) ports.push_back({binding.value("HostIp", ""), *port, protocol});
    }
  }
  return ports;
}

bool overlap(const WantedPort& a, const WantedPort& b) {
  if (a.host_port != b.host_port || a.protocol != b.protocol) return false;
  return any_address(a.host_ip) || any_address(b.host_ip) || a.host_ip == b.host_ip;
}

Result<> check_ports(Context& context, const CatalogEntry& entry, const domain::ContainerSpec& spec,
                     const std::string& own_container,
                     const std::vector<ports::ContainerSummary>& all) {
  for (const auto& port : wanted_ports(spec)) {
    if (const auto holder = holding_container(port, own_container, all))
      return held_by_container(entry, port, *holder);
    if (!context.engine.local() || held_by(own_container, port, all)) continue;
    const auto holder = context.host.port_holder(port.host_ip, port.host_port, port.protocol);
    if (!holder || (is_proxy(*holder) && comes_and_goes(own_container, all))) continue;
    return held_by_process(entry, port, *holder);
  }
  return ok();
}

Error port_error(Context& context, const CatalogEntry& entry, const domain::ContainerSpec& spec,
                 const std::string& own_container, const std::vector<ports::ContainerSummary>& all,
                 Error from_engine) {
  if (from_engine.code != ErrorCode::kPortInUse) return from_engine;
  const auto checked = check_ports(context, entry, spec, own_container, all);
  auto error = checked ? Error{ErrorCode::kPortInUse, from_engine.why} : checked.error();
  if (checked) {
    error.what = fmt::format("cannot start {}: a port is already in use", entry.name);
    error.next = {fmt::format("change \"ports\" in {}", entry.files.front().string())};
  }
  error.state = from_engine.state;
  return error;
}

}  // namespace aistack::operations
