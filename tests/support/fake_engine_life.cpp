#include <fmt/format.h>

#include <algorithm>

#include "support/fake_engine.hpp"

// What happens to a FakeEngine's containers in the course of their life.
namespace aistack::testing {

using ports::ContainerState;

namespace {

// The published ports of a container's description.
std::vector<ports::PublishedPort> bindings_of(const domain::ContainerSpec& spec) {
  std::vector<ports::PublishedPort> published;
  if (!spec.host_config.contains("PortBindings")) return published;
  for (const auto& [key, bindings] : spec.host_config["PortBindings"].items()) {
    for (const auto& binding : bindings) {
      ports::PublishedPort port;
      port.host_ip = binding.value("HostIp", "");
      if (port.host_ip.empty()) port.host_ip = "0.0.0.0";
      port.host_port = std::stoi(binding.value("HostPort", "0"));
      port.container_port = std::stoi(key);
      port.protocol = key.substr(key.find('/') + 1);
      published.push_back(port);
    }
  }
  return published;
}

bool same_port(const ports::PublishedPort& a, const ports::PublishedPort& b) {
  const bool any = a.host_ip == "0.0.0.0" || b.host_ip == "0.0.0.0" || a.host_ip == b.host_ip;
  return any && a.host_port == b.host_port && a.protocol == b.protocol;
}

}  // namespace

std::optional<Error> FakeEngine::port_conflict(const FakeContainer& container) {
  const auto prefix = "driver failed programming external connectivity on endpoint " +
                      container.details.name + " (fa): ";
  for (const auto& wanted : bindings_of(container.spec)) {
    const auto address = fmt::format("{}:{}", wanted.host_ip, wanted.host_port);
    if (ports_of_processes.contains(wanted.host_port))
      return Error{ErrorCode::kPortInUse,
                   fmt::format("{}Error starting userland proxy: listen tcp4 {}: bind: address "
                               "already in use",
                               prefix, address)};
    for (const auto& [id, other] : containers)
      for (const auto& taken : other->details.ports)
        if (same_port(taken, wanted))
          return Error{
              ErrorCode::kPortInUse,
              fmt::format("{}Bind for {} failed: port is already allocated", prefix, address)};
  }
  return std::nullopt;
}

std::optional<Error> FakeEngine::missing_network(const FakeContainer& container) {
  for (const auto& [name, address] : container.details.networks) {
    if (name.starts_with("container:") || name == "default") continue;
    if (find_network(name) == nullptr)
      return Error{ErrorCode::kNetworkNotFound, "network " + name + " not found"};
  }
  return std::nullopt;
}

void FakeEngine::become(FakeContainer& container, ContainerState state) {
  container.details.state = state;
  changed_.announce();
}

void FakeEngine::run(FakeContainer& container) {
  auto& details = container.details;
  const auto& behaviour = container.behaviour;
  details.started = clock_.now();
  details.error.clear();
  details.exit_code = 0;
  details.pid = 1000 + next_address_;
  details.ports = bindings_of(container.spec);
  for (auto& [network, address] : details.networks)
    if (network != "host" && network != "none") address = fmt::format("172.30.0.{}", next_address_);
  ++next_address_;
  container.started_at = clock_.steady_now();
  const int this_start = ++container.starts;
  for (const auto& line : behaviour.log)
    container.log.push_back({ports::LogLine::Stream::out, clock_.now(), line});
  become(container, ContainerState::running);
  emit(container, "start");

  const auto still = [weak = containers.contains(details.id) ? std::weak_ptr(containers[details.id])
                                                             : std::weak_ptr<FakeContainer>(),
                      this_start]() -> std::shared_ptr<FakeContainer> {
    auto alive = weak.lock();
    const bool same =
        alive && alive->starts == this_start && alive->details.state == ContainerState::running;
    return same ? alive : nullptr;
  };
  if (behaviour.exits_after)
    clock_.call_in(*behaviour.exits_after, [this, still, code = behaviour.exit_code] {
      if (const auto alive = still()) ended(*alive, code);
    });
  if (container.healthcheck) {
    details.health = ports::ImageHealth{"starting", 0, ""};
    clock_.call_in(behaviour.healthy_after, [this, still, ill = behaviour.unhealthy] {
      if (const auto alive = still())
        set_health(alive->details.name, ill ? "unhealthy" : "healthy");
    });
  }
}

void FakeEngine::ended(FakeContainer& container, int exit_code) {
  auto& details = container.details;
  if (details.state != ContainerState::running && details.state != ContainerState::paused) return;
  details.exit_code = exit_code;
  details.finished = clock_.now();
  details.pid = 0;
  details.ports.clear();
  for (auto& [network, address] : details.networks) address.clear();
  become(container, ContainerState::exited);
  emit(container, "die");
}

// Volumes that a container names are made with it, as engines do.
void FakeEngine::make_volumes(FakeContainer& container) {
  const auto add = [&](const std::string& name, const std::string& destination) {
    if (!volumes.contains(name)) {
      ports::VolumeDetails volume;
      volume.name = name;
      volume.driver = "local";
      volume.mountpoint = "/fake/volumes/" + name + "/_data";
      volumes.emplace(name, volume);
    }
    container.details.mounts.push_back(
        {"volume", name, volumes[name].mountpoint, destination, true});
  };
  const auto& host_config = container.spec.host_config;
  if (host_config.contains("Binds") && host_config["Binds"].is_array()) {
    for (const auto& bind : host_config["Binds"]) {
      const auto text = bind.get<std::string>();
      const auto source = text.substr(0, text.find(':'));
      auto destination = text.substr(text.find(':') + 1);
      destination = destination.substr(0, destination.find(':'));
      if (source.starts_with('/'))
        container.details.mounts.push_back({"bind", "", source, destination, true});
      else
        add(source, destination);
    }
  }
  if (host_config.contains("Mounts") && host_config["Mounts"].is_array()) {
    for (const auto& mount : host_config["Mounts"]) {
      if (mount.value("Type", "") == "volume")
        add(mount.value("Source", ""), mount.value("Target", ""));
      else
        container.details.mounts.push_back({mount.value("Type", ""), "", mount.value("Source", ""),
                                            mount.value("Target", ""),
                                            !mount.value("ReadOnly", false)});
    }
  }
  const auto* image = find_image(container.details.image);
  if (image == nullptr) return;
  const auto& mounts = container.details.mounts;
  for (const auto& target : image->volumes) {
    const bool taken = std::any_of(mounts.begin(), mounts.end(),
                                   [&](const auto& mount) { return mount.destination == target; });
    if (taken) continue;
    container.anonymous_volumes.push_back(new_id());
    add(container.anonymous_volumes.back(), target);
  }
}

// Those that were made with the container and that no other one mounts: one that it mounts by name
// is nobody's to remove.
void FakeEngine::remove_anonymous_volumes(const FakeContainer& container) {
  for (const auto& name : container.anonymous_volumes) {
    const bool used = std::any_of(containers.begin(), containers.end(), [&](const auto& entry) {
      const auto& mounts = entry.second->details.mounts;
      return std::any_of(mounts.begin(), mounts.end(),
                         [&](const auto& mount) { return mount.name == name; });
    });
    if (!used) volumes.erase(name);
  }
}

ports::ContainerSummary FakeEngine::summary_of(const FakeContainer& container) const {
  const auto& details = container.details;
  ports::ContainerSummary summary;
  summary.id = details.id;
  summary.name = details.name;
  summary.image = details.image;
  summary.image_id = details.image_id;
  summary.state = details.state;
  summary.created = details.created;
  summary.labels = details.labels;
  summary.ports = details.ports;
  summary.networks = details.networks;
  const auto health = details.health ? " (" + details.health->status + ")" : "";
  switch (details.state) {
    case ContainerState::created:
      summary.status = "Created";
      break;
    case ContainerState::running: {
      const auto up = clock_.steady_now() - container.started_at;
      summary.status = fmt::format("Up {} seconds", up / std::chrono::seconds(1));
      if (details.health)
        summary.status += details.health->status == "starting" ? " (health: starting)" : health;
      break;
    }
    case ContainerState::paused:
      summary.status = "Up 1 second (Paused)";
      break;
    default:
      summary.status = fmt::format("Exited ({}) 1 second ago", details.exit_code);
  }
  return summary;
}

}  // namespace aistack::testing
