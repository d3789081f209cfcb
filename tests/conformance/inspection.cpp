#include "conformance/inspection.hpp"

#include <algorithm>

namespace aistack::conformance {

using Json = nlohmann::json;

namespace {

// Engine 20.10 on cgroup v1, a container without any setting.
const Json& plain_host() {
  static const Json plain = Json::parse(R"({
    "AutoRemove": false, "Binds": null, "BlkioDeviceReadBps": null, "BlkioDeviceReadIOps": null,
    "BlkioDeviceWriteBps": null, "BlkioDeviceWriteIOps": null, "BlkioWeight": 0,
    "BlkioWeightDevice": null, "CapAdd": null, "CapDrop": null, "Cgroup": "", "CgroupParent": "",
    "CgroupnsMode": "host", "ConsoleSize": [0, 0], "ContainerIDFile": "", "CpuCount": 0,
    "CpuPercent": 0, "CpuPeriod": 0, "CpuQuota": 0, "CpuRealtimePeriod": 0,
    "CpuRealtimeRuntime": 0, "CpuShares": 0, "CpusetCpus": "", "CpusetMems": "",
    "DeviceCgroupRules": null, "DeviceRequests": null, "Devices": null, "Dns": null,
    "DnsOptions": null, "DnsSearch": null, "ExtraHosts": null, "GroupAdd": null,
    "IOMaximumBandwidth": 0, "IOMaximumIOps": 0, "IpcMode": "private", "Isolation": "",
    "KernelMemory": 0, "KernelMemoryTCP": 0, "Links": null,
    "LogConfig": {"Type": "json-file", "Config": {}},
    "MaskedPaths": ["/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys",
      "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
      "/proc/scsi", "/sys/firmware"],
    "Memory": 0, "MemoryReservation": 0, "MemorySwap": 0, "MemorySwappiness": null, "NanoCpus": 0,
    "NetworkMode": "default", "OomKillDisable": false, "OomScoreAdj": 0, "PidMode": "",
    "PidsLimit": null, "PortBindings": null, "Privileged": false, "PublishAllPorts": false,
    "ReadonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    "ReadonlyRootfs": false, "RestartPolicy": {"MaximumRetryCount": 0, "Name": ""},
    "Runtime": "runc", "SecurityOpt": null, "ShmSize": 67108864, "UTSMode": "", "Ulimits": null,
    "UsernsMode": "", "VolumeDriver": "", "VolumesFrom": null
  })");
  return plain;
}

const Json& plain_config() {
  static const Json plain = Json::parse(R"({
    "AttachStderr": false, "AttachStdin": false, "AttachStdout": false, "Cmd": null,
    "Domainname": "", "Entrypoint": null, "Env": null, "Hostname": "<id>", "OnBuild": null,
    "OpenStdin": false, "StdinOnce": false, "Tty": false, "User": "", "Volumes": null,
    "WorkingDir": ""
  })");
  return plain;
}

void fill_from_image(Json& config) {
  for (const std::string variable :
       {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "A=from-image"}) {
    const std::string name = variable.substr(0, variable.find('=') + 1);
    const bool set = std::any_of(config["Env"].begin(), config["Env"].end(), [&](const Json& own) {
      return own.get<std::string>().starts_with(name);
    });
    if (!set) config["Env"].push_back(variable);
  }
  config["ExposedPorts"]["8080/tcp"] = Json::object();
  if (config["Entrypoint"].empty()) {
    if (config["Cmd"].empty()) config["Cmd"] = Json::array({"default"});
    if (config["Entrypoint"].is_null()) config["Entrypoint"] = Json::array({"/svc"});
  }
}

void fill_host(Json& host) {
  host.erase("Annotations");  // API 1.43
  if (host["Memory"] != 0 && host["MemorySwap"] == 0) {
    host["MemorySwap"] = host["Memory"].get<std::int64_t>() * 2;
  }
  if (host["Privileged"] == true || host["PidMode"] == "host" || host["IpcMode"] == "host") {
    host["SecurityOpt"].push_back("label=disable");
  }
  if (host["Privileged"] == true) {
    host["MaskedPaths"] = nullptr;
    host["ReadonlyPaths"] = nullptr;
  }
  if (host["LogConfig"]["Type"] == "") host["LogConfig"]["Type"] = "json-file";
  if (!host["LogConfig"].contains("Config")) host["LogConfig"]["Config"] = Json::object();
  for (auto& request : host["DeviceRequests"]) {
    for (const auto* field : {"DeviceIDs", "Options"}) {
      if (!request.contains(field)) request[field] = nullptr;
    }
  }
  if (host.contains("Mounts")) {
    for (auto& mount : host["Mounts"]) {
      if (mount.contains("BindOptions")) mount["BindOptions"].erase("CreateMountpoint");  // 1.42
    }
  }
  host["Links"] = nullptr;  // shown with the networks
}

Json bind_shown(const std::string& bind) {
  const auto first = bind.find(':');
  const auto second = bind.find(':', first + 1);
  const std::string source = bind.substr(0, first);
  Json mount = {{"Destination", bind.substr(first + 1, second - first - 1)},
                {"RW", !bind.substr(second).starts_with(":ro")}};
  if (source.starts_with('/')) {
    mount.update({{"Type", "bind"}, {"Source", source}});
  } else {
    mount.update({{"Type", "volume"}, {"Name", source}, {"Driver", "local"}});
  }
  return mount;
}

Json mounts_shown(const Json& host) {
  Json shown = Json::array();
  for (const auto& bind : host["Binds"]) shown.push_back(bind_shown(bind.get<std::string>()));
  if (!host.contains("Mounts")) return shown;
  for (const auto& mount : host["Mounts"]) {
    Json one = {{"Destination", mount["Target"]},
                {"Type", mount["Type"]},
                {"RW", !mount.value("ReadOnly", false)}};
    if (mount["Type"] == "volume") {
      one["Driver"] = "local";
      one["Name"] = mount.value("Source", "<anonymous>");
    } else {
      one["Source"] = mount.value("Source", "");
    }
    shown.push_back(one);
  }
  return shown;
}

Json networks_shown(const domain::ContainerSpec& spec) {
  Json shown = Json::object();
  const std::string mode = spec.host_config["NetworkMode"].get<std::string>();
  const Json nothing = {
      {"Aliases", nullptr}, {"DriverOpts", nullptr}, {"IPAMConfig", nullptr}, {"Links", nullptr}};
  if (mode == "none" || mode == "host") shown[mode] = nothing;
  for (const auto& network : spec.networks) {
    Json endpoint = nothing;
    for (const auto& [field, value] : network.endpoint.items()) {
      if (endpoint.contains(field)) endpoint[field] = value;
    }
    shown[network.network] = endpoint;
  }
  return shown;
}

bool short_id(const std::string& text) {
  return text.size() == 12 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

void sort_list(Json& parent, const std::string& field) {
  if (parent.contains(field) && parent[field].is_array()) {
    std::sort(parent[field].begin(), parent[field].end(),
              [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
  }
}

}  // namespace

Json shown_container(const domain::ContainerSpec& spec, const Json& volumes_from) {
  Json config = plain_config();
  config.update(spec.config);
  fill_from_image(config);
  Json host = plain_host();
  host.update(spec.host_config);
  fill_host(host);
  if (host["NetworkMode"] == "host") config["Hostname"] = "vm";
  Json words = config["Entrypoint"];
  for (const auto& word : config["Cmd"]) words.push_back(word);
  Json mounts = mounts_shown(host);
  for (const auto& mount : volumes_from) mounts.push_back(mount);
  Json shown = {{"Name", "/" + spec.name},
                {"Path", words.front()},
                {"Args", Json(std::vector<Json>(words.begin() + 1, words.end()))},
                {"Mounts", mounts},
                {"Networks", networks_shown(spec)}};
  shown["Config"] = std::move(config);
  shown["HostConfig"] = std::move(host);
  return shown;
}

Json shown_network(const domain::NetworkSpec& spec) {
  Json shown = {{"Driver", "bridge"},
                {"Options", Json::object()},
                {"Internal", false},
                {"EnableIPv6", false}};
  shown.update(spec.options);
  if (shown.contains("IPAM")) {
    Json ipam = {{"Driver", "default"}, {"Options", nullptr}};
    ipam.update(shown["IPAM"]);
    shown["IPAM"] = ipam;
  }
  return shown;
}

Json shown_volume(const domain::VolumeSpec& spec) {
  Json shown = {{"Driver", "local"}, {"Options", nullptr}};
  shown.update(spec.options);
  if (shown.contains("DriverOpts")) shown["Options"] = shown["DriverOpts"];
  shown.erase("DriverOpts");
  return shown;
}

Json comparable(Json container) {
  Json& config = container["Config"];
  sort_list(config, "Env");
  if (config.contains("Labels")) {
    Json& labels = config["Labels"];
    for (const auto* name : {"com.docker.compose.image", "com.docker.compose.version"}) {
      if (labels.contains(name)) labels[name] = "<any>";
    }
    // A set, written as a text.
    std::vector<std::string> parts;
    std::string text = labels.value("com.docker.compose.depends_on", "");
    for (std::size_t begin = 0; begin <= text.size();) {
      const auto end = std::min(text.find(',', begin), text.size());
      parts.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
    std::sort(parts.begin(), parts.end());
    labels["com.docker.compose.depends_on"] = parts;
  }
  for (const auto* field : {"Binds", "Mounts", "ExtraHosts", "Ulimits"}) {
    sort_list(container["HostConfig"], field);
  }
  for (auto& mount : container["Mounts"]) {
    mount.erase("Mode");
    mount.erase("Propagation");
  }
  sort_list(container, "Mounts");
  for (auto& network : container["Networks"]) {
    // The engine adds the short id where it connects a container that exists.
    Json& aliases = network["Aliases"];
    if (!aliases.empty() && short_id(aliases.back())) aliases.erase(aliases.size() - 1);
  }
  return container;
}

}  // namespace aistack::conformance
