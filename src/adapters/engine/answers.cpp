#include "adapters/engine/answers.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace aistack::engine {
namespace {

using std::chrono::seconds;

std::string without_slash(std::string name) {
  if (!name.empty() && name[0] == '/') name.erase(0, 1);
  return name;
}

int to_int(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::map<std::string, std::string> read_networks(const Json& settings) {
  std::map<std::string, std::string> networks;
  const auto& rows = member(settings, "Networks");
  if (rows.is_object())
    for (const auto& [name, endpoint] : rows.items())
      networks.emplace(name, text_of(endpoint, "IPAddress"));
  return networks;
}

ports::PublishedPort split_port(const std::string& key) {
  ports::PublishedPort port;
  const auto slash = key.find('/');
  port.container_port = to_int(std::string_view(key).substr(0, slash));
  if (slash != std::string::npos) port.protocol = key.substr(slash + 1);
  return port;
}

// {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18080"}], "9090/tcp": null}
std::vector<ports::PublishedPort> read_published(const Json& settings) {
  std::vector<ports::PublishedPort> published;
  const auto& rows = member(settings, "Ports");
  if (!rows.is_object()) return published;
  for (const auto& [key, bindings] : rows.items()) {
    if (!bindings.is_array()) continue;
    for (const auto& binding : bindings) {
      auto port = split_port(key);
      port.host_ip = text_of(binding, "HostIp");
      port.host_port = to_int(text_of(binding, "HostPort"));
      published.push_back(std::move(port));
    }
  }
  return published;
}

std::vector<ports::Mount> read_mounts(const Json& document) {
  std::vector<ports::Mount> mounts;
  const auto& rows = member(document, "Mounts");
  if (!rows.is_array()) return mounts;
  for (const auto& row : rows) {
    ports::Mount mount;
    mount.type = text_of(row, "Type");
    mount.name = text_of(row, "Name");
    mount.source = text_of(row, "Source");
    mount.destination = text_of(row, "Destination");
    mount.writable = flag_of(row, "RW");
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

std::optional<ports::ImageHealth> read_health(const Json& state) {
  const auto& row = member(state, "Health");
  ports::ImageHealth health;
  health.status = text_of(row, "Status");
  if (health.status.empty() || health.status == "none") return std::nullopt;
  health.failing_streak = clamp_int(number_of(row, "FailingStreak"));
  const auto& log = member(row, "Log");
  if (log.is_array() && !log.empty())
    health.last_output = printable(trim(text_of(log.back(), "Output")));
  return health;
}

bool has_healthcheck(const Json& config) {
  const auto test = texts_of(member(config, "Healthcheck"), "Test");
  return !test.empty() && test[0] != "NONE";
}

std::uint64_t sum_of(const Json& rows, const char* key) {
  std::uint64_t sum = 0;
  if (rows.is_object())
    for (const auto& row : rows) sum += count_of(row, key);
  return sum;
}

}  // namespace

Time from_unix(std::int64_t value_s) {
  // Beyond what nanoseconds in 64 bits can hold there is no sensible date.
  constexpr std::int64_t kFarthest = 9'000'000'000;
  return Time(seconds(std::clamp(value_s, -kFarthest, kFarthest)));
}

ports::ContainerState read_state(std::string_view word) {
  using ports::ContainerState;
  if (word == "running" || word == "stopping") return ContainerState::running;
  if (word == "paused") return ContainerState::paused;
  if (word == "restarting") return ContainerState::restarting;
  if (word == "removing") return ContainerState::removing;
  if (word == "exited" || word == "stopped") return ContainerState::exited;
  if (word == "dead") return ContainerState::dead;
  return ContainerState::created;  // also Podman's "configured" and "initialized"
}

ports::ApiVersion read_api_version(std::string_view text) {
  ports::ApiVersion version;
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return {};
  version.major = to_int(text.substr(0, dot));
  version.minor = to_int(text.substr(dot + 1));
  return version;
}

ports::EngineVersion read_version(const Json& document) {
  ports::EngineVersion version;
  version.product = "docker";
  const auto& components = member(document, "Components");
  if (components.is_array())
    for (const auto& component : components)
      if (text_of(component, "Name").find("Podman") != std::string::npos)
        version.product = "podman";
  version.version = text_of(document, "Version");
  version.newest = read_api_version(text_of(document, "ApiVersion"));
  version.oldest = read_api_version(text_of(document, "MinAPIVersion"));
  version.os = text_of(document, "Os");
  version.architecture = text_of(document, "Arch");
  return version;
}

ports::EngineInfo read_info(const Json& document) {
  ports::EngineInfo info;
  info.name = text_of(document, "Name");
  info.root_directory = text_of(document, "DockerRootDir");
  info.storage_driver = text_of(document, "Driver");
  info.cgroup_driver = text_of(document, "CgroupDriver");
  info.cgroup_version = text_of(document, "CgroupVersion");
  info.kernel = text_of(document, "KernelVersion");
  info.operating_system = text_of(document, "OperatingSystem");
  info.memory_bytes = count_of(document, "MemTotal");
  info.cpus = clamp_int(number_of(document, "NCPU"));
  info.runtimes = keys_of(document, "Runtimes");
  info.gpu = std::find(info.runtimes.begin(), info.runtimes.end(), "nvidia") != info.runtimes.end();
  const auto& devices = member(document, "DiscoveredDevices");
  if (devices.is_array())
    for (const auto& device : devices)
      if (text_of(device, "ID").starts_with("nvidia.com/gpu")) info.gpu = true;
  for (const auto& option : texts_of(document, "SecurityOptions"))
    if (option == "name=rootless") info.rootless = true;
  return info;
}

ports::ContainerDetails read_container(const Json& document) {
  ports::ContainerDetails details;
  const auto& state = member(document, "State");
  const auto& config = member(document, "Config");
  const auto& network = member(document, "NetworkSettings");
  details.id = text_of(document, "Id");
  details.name = without_slash(text_of(document, "Name"));
  details.image = text_of(config, "Image");
  details.image_id = text_of(document, "Image");
  details.state = read_state(text_of(state, "Status"));
  details.created = parse_iso8601(text_of(document, "Created")).value_or(Time{});
  details.started = parse_iso8601(text_of(state, "StartedAt"));
  details.finished = parse_iso8601(text_of(state, "FinishedAt"));
  details.exit_code = clamp_int(number_of(state, "ExitCode"));
  details.out_of_memory = flag_of(state, "OOMKilled");
  details.error = printable(text_of(state, "Error"));
  details.restart_count = clamp_int(number_of(document, "RestartCount"));
  details.pid = number_of(state, "Pid");
  details.health = read_health(state);
  details.labels = labels_of(config, "Labels");
  details.environment = texts_of(config, "Env");
  details.tty = flag_of(config, "Tty");
  details.ports = read_published(network);
  details.networks = read_networks(network);
  details.mounts = read_mounts(document);
  if (member(config, "StopTimeout").is_number_integer())
    details.stop_timeout = seconds(number_of(config, "StopTimeout"));
  return details;
}

ports::ContainerStats read_stats(const Json& document) {
  ports::ContainerStats stats;
  stats.cpu_total_ns = count_of(member(member(document, "cpu_stats"), "cpu_usage"), "total_usage");
  const auto& memory = member(document, "memory_stats");
  const auto& parts = member(memory, "stats");
  stats.memory_bytes = count_of(memory, "usage");
  // Pages of files that nobody misses are no use of memory; cgroup v1 and v2 name them differently.
  const auto cache =
      std::max(count_of(parts, "total_inactive_file"), count_of(parts, "inactive_file"));
  if (cache < stats.memory_bytes) stats.memory_bytes -= cache;
  stats.memory_limit_bytes = count_of(memory, "limit");
  stats.network_received_bytes = sum_of(member(document, "networks"), "rx_bytes");
  stats.network_sent_bytes = sum_of(member(document, "networks"), "tx_bytes");
  return stats;
}

ports::ImageDetails read_image(const Json& document) {
  ports::ImageDetails image;
  const auto& config = member(document, "Config");
  image.id = text_of(document, "Id");
  image.tags = texts_of(document, "RepoTags");
  image.digests = texts_of(document, "RepoDigests");
  image.os = text_of(document, "Os");
  image.architecture = text_of(document, "Architecture");
  image.size_bytes = count_of(document, "Size");
  image.created = parse_iso8601(text_of(document, "Created"));
  image.exposed_ports = keys_of(config, "ExposedPorts");
  image.volumes = keys_of(config, "Volumes");
  image.has_healthcheck = has_healthcheck(config);
  image.labels = labels_of(config, "Labels");
  return image;
}

ports::ImageDetails read_image_row(const Json& row) {
  ports::ImageDetails image;
  image.id = text_of(row, "Id");
  image.tags = texts_of(row, "RepoTags");
  image.digests = texts_of(row, "RepoDigests");
  image.size_bytes = count_of(row, "Size");
  image.created = from_unix(number_of(row, "Created"));
  image.labels = labels_of(row, "Labels");
  return image;
}

ports::NetworkDetails read_network(const Json& document) {
  ports::NetworkDetails network;
  network.id = text_of(document, "Id");
  network.name = text_of(document, "Name");
  network.driver = text_of(document, "Driver");
  network.labels = labels_of(document, "Labels");
  const auto& containers = member(document, "Containers");
  if (containers.is_object())
    for (const auto& [id, row] : containers.items())
      network.containers.emplace(id, text_of(row, "Name"));
  return network;
}

ports::VolumeDetails read_volume(const Json& document) {
  ports::VolumeDetails volume;
  volume.name = text_of(document, "Name");
  volume.driver = text_of(document, "Driver");
  volume.mountpoint = text_of(document, "Mountpoint");
  volume.labels = labels_of(document, "Labels");
  volume.options = labels_of(document, "Options");
  return volume;
}

ports::EngineEvent read_event(const Json& line) {
  ports::EngineEvent event;
  const auto& actor = member(line, "Actor");
  const auto nanoseconds = number_of(line, "timeNano");
  event.time = nanoseconds == 0 ? from_unix(number_of(line, "time"))
                                : Time(std::chrono::nanoseconds(nanoseconds));
  event.type = text_of(line, "Type");
  event.action = text_of(line, "Action");
  if (const auto colon = event.action.find(": "); colon != std::string::npos) {
    event.detail = event.action.substr(colon + 2);
    event.action.resize(colon);
  }
  event.id = text_of(actor, "ID");
  event.attributes = labels_of(actor, "Attributes");
  if (const auto name = event.attributes.find("name"); name != event.attributes.end())
    event.name = name->second;
  return event;
}

ports::PullProgress read_pull_line(const Json& line) {
  using Phase = ports::PullProgress::Phase;
  ports::PullProgress progress;
  progress.text = text_of(line, "status");
  progress.layer = text_of(line, "id");
  const std::string_view text = progress.text;
  if (text.starts_with("Pulling from")) {
    progress.layer.clear();  // its id is the tag
  } else if (text == "Pulling fs layer" || text == "Waiting" || text.starts_with("Retrying")) {
    progress.phase = Phase::waiting;
  } else if (text == "Downloading" || text.starts_with("Copying blob")) {
    progress.phase = Phase::downloading;
  } else if (text == "Verifying Checksum") {
    progress.phase = Phase::verifying;
  } else if (text == "Download complete") {
    progress.phase = Phase::downloaded;
  } else if (text == "Extracting") {
    progress.phase = Phase::extracting;
  } else if (text == "Pull complete") {
    progress.phase = Phase::done;
  } else if (text == "Already exists") {
    progress.phase = Phase::exists;
  }
  const auto& detail = member(line, "progressDetail");
  if (text_of(detail, "units").empty()) {  // "s": seconds of extracting, no bytes
    progress.current_bytes = count_of(detail, "current");
    if (const auto total = count_of(detail, "total"); total > 0) progress.total_bytes = total;
  }
  return progress;
}

}  // namespace aistack::engine
