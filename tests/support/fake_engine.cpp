#include "support/fake_engine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aistack::testing {

using ports::ContainerState;

FakeEngine::FakeEngine(boost::asio::io_context& io, FakeClock& clock)
    : io_(io), clock_(clock), changed_(io) {
  engine_version = {"docker", "20.10.24", {1, 41}, {1, 41}, {1, 12}, "linux", "amd64"};
  for (const auto* name : {"bridge", "host", "none"}) {
    ports::NetworkDetails network;
    network.id = new_id();
    network.name = name;
    network.driver = std::string_view(name) == "none" ? "null" : name;
    networks.emplace(network.id, network);
  }
}

// -- the world around it

void FakeEngine::add_image(const std::string& reference, FakeImage image) {
  if (image.details.id.empty()) image.details.id = "sha256:" + new_id();
  if (image.details.os.empty()) image.details.os = "linux";
  if (image.details.architecture.empty()) image.details.architecture = "amd64";
  if (const auto before = find_image(reference); before != nullptr)
    std::erase(before->tags, reference);
  behaviours[image.details.id] = image.behaviour;
  auto& stored = images.emplace(image.details.id, image.details).first->second;
  if (std::find(stored.tags.begin(), stored.tags.end(), reference) == stored.tags.end())
    stored.tags.push_back(reference);
}

FakeContainer& FakeEngine::add_container(domain::ContainerSpec spec, bool running) {
  auto container = std::make_shared<FakeContainer>();
  auto& details = container->details;
  details.id = new_id();
  details.name = spec.name;
  details.image = spec.config.value("Image", "");
  details.created = clock_.now();
  details.tty = spec.config.value("Tty", false);
  if (spec.config.contains("Labels"))
    details.labels = spec.config["Labels"].get<std::map<std::string, std::string>>();
  if (spec.config.contains("Env"))
    details.environment = spec.config["Env"].get<std::vector<std::string>>();
  if (spec.config.contains("StopTimeout"))
    details.stop_timeout = std::chrono::seconds(spec.config["StopTimeout"].get<int>());
  if (const auto* image = find_image(details.image); image != nullptr) {
    details.image_id = image->id;
    container->behaviour = behaviours[image->id];
    container->healthcheck = image->has_healthcheck || spec.config.contains("Healthcheck");
  }
  for (const auto& attachment : spec.networks) details.networks[attachment.network] = "";
  if (spec.networks.empty()) details.networks[spec.host_config.value("NetworkMode", "bridge")] = "";
  container->spec = std::move(spec);
  make_volumes(*container);
  containers.emplace(details.id, container);
  if (running) run(*container);
  return *container;
}

void FakeEngine::fail_next(const std::string& call, Error error) {
  failures_[call].push_back(std::move(error));
}

void FakeEngine::fail_after(const std::string& call, Error error) {
  lost_answers_[call].push_back(std::move(error));
}

std::vector<std::string> FakeEngine::changes() const {
  static const std::set<std::string> kReading{"version",        "info",          "list",
                                              "inspect",        "inspect_image", "images",
                                              "networks",       "volumes",       "inspect_network",
                                              "inspect_volume", "logs",          "events",
                                              "stats",          "wait",          "read_archive"};
  std::vector<std::string> changing;
  for (const auto& call : calls)
    if (!kReading.contains(call.substr(0, call.find(' ')))) changing.push_back(call);
  return changing;
}

FakeContainer* FakeEngine::find(const std::string& name_or_id) {
  for (const auto& [id, container] : containers)
    if (container->details.name == name_or_id ||
        (name_or_id.size() >= 12 && id.starts_with(name_or_id)))
      return container.get();
  return nullptr;
}

FakeContainer* FakeEngine::listening_at(const std::string& host, int port) {
  for (const auto& [id, container] : containers) {
    const auto& details = container->details;
    if (details.state != ContainerState::running) continue;
    for (const auto& published : details.ports) {
      const bool any = published.host_ip.empty() || published.host_ip == "0.0.0.0";
      if (published.host_port == port && (any || published.host_ip == host)) return container.get();
    }
    for (const auto& [network, address] : details.networks)
      if (address == host || (network == "host" && host == "127.0.0.1")) return container.get();
  }
  return nullptr;
}

void FakeEngine::exit_now(const std::string& name, int exit_code) {
  if (auto* container = find(name); container != nullptr) ended(*container, exit_code);
}

void FakeEngine::set_health(const std::string& name, const std::string& status) {
  auto* container = find(name);
  if (container == nullptr) return;
  container->details.health = ports::ImageHealth{status, status == "unhealthy" ? 3 : 0, ""};
  emit(*container, "health_status", status);
}

// -- how every call begins and ends

Task<> FakeEngine::begin(std::string call, std::string name) {
  calls.push_back(name.empty() ? call : call + " " + name);
  BOOST_OUTCOME_CO_TRY(co_await Announcement::yield(io_));
  if (before_call) {
    if (auto error = before_call(call, name)) co_return std::move(*error);
  }
  if (const auto hangs = hang_.find(call); hangs != hang_.end()) {
    hang_.erase(hangs);
    Announcement never(io_);
    co_return co_await never.wait();
  }
  auto& failures = failures_[call];
  if (failures.empty()) co_return ok();
  auto error = std::move(failures.front());
  failures.pop_front();
  co_return error;
}

Result<> FakeEngine::end(const std::string& call) {
  auto& lost = lost_answers_[call];
  if (lost.empty()) return ok();
  auto error = std::move(lost.front());
  lost.pop_front();
  return error;
}

Task<> FakeEngine::wait_while(std::function<bool()> condition) {
  while (condition()) {
    BOOST_OUTCOME_CO_TRY(co_await changed_.wait());
  }
  co_return ok();
}

std::string FakeEngine::new_id() {
  return fmt::format("{:064x}", 0xfa000000u + next_id_++);
}

void FakeEngine::emit(const std::string& type, const std::string& action, const std::string& id,
                      std::map<std::string, std::string> attributes, const std::string& detail) {
  ports::EngineEvent event;
  event.time = clock_.now();
  event.type = type;
  event.action = action;
  event.id = id;
  if (const auto name = attributes.find("name"); name != attributes.end())
    event.name = name->second;
  event.detail = detail;
  event.attributes = std::move(attributes);
  events_.push_back(std::move(event));
  changed_.announce();
}

void FakeEngine::emit(const FakeContainer& container, const std::string& action,
                      const std::string& detail) {
  auto attributes = container.details.labels;
  attributes["name"] = container.details.name;
  attributes["image"] = container.details.image;
  if (action == "die") attributes["exitCode"] = std::to_string(container.details.exit_code);
  emit("container", action, container.details.id, std::move(attributes), detail);
}

}  // namespace aistack::testing
