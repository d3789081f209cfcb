#include "operations/probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace aistack::operations {
namespace {

// The host of an engine that is reached over the network: "tcp://[::1]:2375",
// "http://10.0.0.5:2375".
std::optional<std::string> host_of(std::string_view endpoint) {
  for (const std::string_view scheme : {"tcp://", "http://"}) {
    if (!endpoint.starts_with(scheme)) continue;
    auto host = endpoint.substr(scheme.size());
    host = host.substr(0, host.rfind(':'));
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return std::string{host};
  }
  return std::nullopt;
}

// A published port's address, as a client on this machine reaches it.
std::string reachable(const std::string& host_ip, const std::string& engine_endpoint) {
  const bool any = host_ip.empty() || host_ip == "0.0.0.0" || host_ip == "::";
  if (auto remote = host_of(engine_endpoint)) return std::move(*remote);
  if (!any) return host_ip;
  return host_ip == "::" ? "::1" : "127.0.0.1";
}

std::string url(const ProbeTarget& target) {
  const bool v6 = target.host.find(':') != std::string::npos;
  const auto host = v6 ? "[" + target.host + "]" : target.host;
  return target.path.empty() ? fmt::format("{}:{}", host, target.port)
                             : fmt::format("http://{}:{}{}", host, target.port, target.path);
}

const ports::PublishedPort* published(const ports::ContainerSummary& container,
                                      std::optional<int> container_port) {
  const ports::PublishedPort* best = nullptr;
  for (const auto& port : container.ports) {
    if (port.host_port == 0 || port.protocol != "tcp") continue;
    if (container_port && port.container_port != *container_port) continue;
    // An IPv4 binding is preferred: every machine has a loopback of that kind.
    if (best == nullptr || (best->host_ip.find(':') != std::string::npos &&
                            port.host_ip.find(':') == std::string::npos))
      best = &port;
  }
  return best;
}

}  // namespace

domain::ImageHealthState image_health(const std::string& status) {
  if (status.ends_with("(healthy)")) return domain::ImageHealthState::healthy;
  if (status.ends_with("(unhealthy)")) return domain::ImageHealthState::unhealthy;
  if (status.find("(health: starting)") != std::string::npos || status.ends_with("(starting)"))
    return domain::ImageHealthState::starting;
  return domain::ImageHealthState::none;
}

bool started_lately(const std::string& status) {
  constexpr std::string_view kUp = "Up ";
  if (!status.starts_with(kUp)) return false;
  if (status.starts_with("Up Less than a second")) return true;
  int count = 0;
  const auto* const end = status.data() + status.size();
  const auto [rest, error] = std::from_chars(status.data() + kUp.size(), end, count);
  return error == std::errc{} && count <= 10 &&
         std::string_view{rest, static_cast<std::size_t>(end - rest)}.starts_with(" second");
}

std::optional<ProbeTarget> probe_target(const CatalogEntry& entry,
                                        const ports::ContainerSummary& container,
                                        const std::string& engine_endpoint) {
  const auto& health = entry.spec().health;
  const auto path = health.path.value_or("");
  if (!health.port && path.empty() &&
      image_health(container.status) != domain::ImageHealthState::none)
    return std::nullopt;
  if (const auto* port = published(container, health.port))
    return ProbeTarget{reachable(port->host_ip, engine_endpoint), port->host_port, path};
  if (!health.port) return std::nullopt;
  for (const auto& [network, address] : container.networks)
    if (!address.empty()) return ProbeTarget{address, *health.port, path};
  // network_mode: host, where the container's port is the machine's.
  if (container.networks.contains("host"))
    return ProbeTarget{reachable("", engine_endpoint), *health.port, path};
  return std::nullopt;
}

boost::asio::awaitable<domain::Probe> probe(Context& context, ProbeTarget target) {
  domain::Probe result{.target = url(target)};
  const auto timeout = context.settings.health.timeout;
  const auto begin = context.clock.steady_now();
  std::optional<Error> error;
  if (target.path.empty()) {
    auto connected = co_await context.http.connect(target.host, target.port, timeout);
    if (!connected) error = connected.error();
  } else {
    ports::HttpRequest request{
        .host = target.host, .port = target.port, .target = target.path, .timeout = timeout};
    auto response = co_await context.http.send(std::move(request));
    if (response)
      result.status = response.value().status;
    else
      error = response.error();
  }
  result.took =
      std::chrono::duration_cast<std::chrono::milliseconds>(context.clock.steady_now() - begin);
  if (!error)
    result.outcome = domain::Probe::Outcome::answered;
  else if (error->code == ErrorCode::kTimeout)
    result.outcome = domain::Probe::Outcome::timed_out;
  else
    result.outcome = domain::Probe::Outcome::failed;
  if (error) result.error = error->why;
  co_return result;
}

}  // namespace aistack::operations
