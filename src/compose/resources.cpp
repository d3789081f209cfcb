#include <algorithm>
#include <array>

#include "compose/container_parts.hpp"
#include "compose/go_format.hpp"

namespace aistack::compose {

using Model = nlohmann::ordered_json;
using Json = nlohmann::json;

namespace {

std::int64_t bytes(const Model& model, const char* key) {
  std::int64_t value = 0;
  if (model.contains(key)) read_integer(model[key].get<std::string>(), value);
  return value;
}

// CPUs in billionths, computed in 32 bits as Compose does.
std::int64_t nano_cpus(const Model& cpus) {
  return static_cast<std::int64_t>(cpus.get<float>() * 1e9F);
}

void set(Json& host, const char* field, std::int64_t value) {
  if (value != 0) host[field] = value;
}

// vendor.com/class=name: a device of the Container Device Interface.
bool cdi_name(const std::string& text) {
  const auto slash = text.find('/');
  const auto equals = text.find('=');
  if (slash == std::string::npos || equals == std::string::npos || slash == 0 ||
      equals < slash + 2 || equals + 1 == text.size()) {
    return false;
  }
  const auto letters = [](std::string_view part) {
    return std::isalpha(static_cast<unsigned char>(part.front())) != 0 &&
           std::all_of(part.begin(), part.end(), [](char c) {
             return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' ||
                    c == '_';
           });
  };
  return letters(std::string_view(text).substr(0, slash)) &&
         letters(std::string_view(text).substr(slash + 1, equals - slash - 1));
}

Json device_request(const Model& device) {
  Json request = {{"Driver", device.value("driver", "")},
                  {"Count", device.value("count", 0)},
                  {"Capabilities", Json::array({Json::array()})}};
  if (device.contains("capabilities")) request["Capabilities"][0] = device["capabilities"];
  if (device.contains("device_ids")) request["DeviceIDs"] = device["device_ids"];
  if (device.contains("options")) request["Options"] = device["options"];
  return request;
}

bool asks_for_gpu(const Json& request) {
  const Json& capabilities = request["Capabilities"][0];
  return request["Driver"] == "nvidia" ||
         std::find(capabilities.begin(), capabilities.end(), "gpu") != capabilities.end();
}

void add_devices(const Model& model, bool drop_gpu, Json& host) {
  Json requests = Json::array();
  if (model.contains("deploy") && model["deploy"]["resources"].contains("reservations")) {
    const Model& reserved = model["deploy"]["resources"]["reservations"];
    if (reserved.contains("devices")) {
      for (const auto& device : reserved["devices"]) {
        Json request = device_request(device);
        if (!drop_gpu || !asks_for_gpu(request)) requests.push_back(std::move(request));
      }
    }
  }
  Json names = Json::array();
  if (model.contains("devices")) {
    for (const auto& device : model["devices"]) {
      const std::string source = device.value("source", "");
      if (source == device.value("target", "") && cdi_name(source)) {
        if (!drop_gpu || !source.starts_with("nvidia.com/")) names.push_back(source);
      } else {
        host["Devices"].push_back({{"PathOnHost", source},
                                   {"PathInContainer", device.value("target", "")},
                                   {"CgroupPermissions", device.value("permissions", "")}});
      }
    }
  }
  if (!names.empty()) requests.push_back({{"Driver", "cdi"}, {"DeviceIDs", names}});
  if (model.contains("gpus") && !drop_gpu) {
    for (const auto& gpu : model["gpus"]) {
      Json request = device_request(gpu);
      request["Capabilities"][0].push_back("gpu");
      requests.push_back(std::move(request));
    }
  }
  if (!requests.empty()) host["DeviceRequests"] = requests;
}

void add_ulimits(const Model& model, Json& host) {
  if (!model.contains("ulimits")) return;
  Json limits = Json::array();
  for (const auto& [name, limit] : model["ulimits"].items()) {
    const bool single = limit.is_number();
    limits.push_back({{"Name", name},
                      {"Soft", single ? limit : limit.value("soft", Model(0))},
                      {"Hard", single ? limit : limit.value("hard", Model(0))}});
  }
  host["Ulimits"] = limits;
}

void add_block_io(const Model& model, Json& host) {
  if (!model.contains("blkio_config")) return;
  const Model& blkio = model["blkio_config"];
  if (blkio.contains("weight")) host["BlkioWeight"] = blkio["weight"];
  if (blkio.contains("weight_device")) {
    for (const auto& device : blkio["weight_device"]) {
      host["BlkioWeightDevice"].push_back(
          {{"Path", device.value("Path", "")}, {"Weight", device.value("Weight", 0)}});
    }
  }
  static constexpr std::array<std::pair<const char*, const char*>, 4> kRates{
      {{"device_read_bps", "BlkioDeviceReadBps"},
       {"device_read_iops", "BlkioDeviceReadIOps"},
       {"device_write_bps", "BlkioDeviceWriteBps"},
       {"device_write_iops", "BlkioDeviceWriteIOps"}}};
  for (const auto& [from, to] : kRates) {
    if (!blkio.contains(from)) continue;
    for (const auto& device : blkio[from]) {
      host[to].push_back({{"Path", device.value("Path", "")}, {"Rate", bytes(device, "Rate")}});
    }
  }
}

}  // namespace

void add_resources(const Model& model, bool drop_gpu, Json& host) {
  set(host, "Memory", bytes(model, "mem_limit"));
  set(host, "MemorySwap", bytes(model, "memswap_limit"));
  set(host, "MemoryReservation", bytes(model, "mem_reservation"));
  set(host, "MemorySwappiness", bytes(model, "mem_swappiness"));
  set(host, "ShmSize", bytes(model, "shm_size"));
  host["OomKillDisable"] = model.value("oom_kill_disable", false);
  static constexpr std::array<std::pair<const char*, const char*>, 8> kNumbers{
      {{"cpu_count", "CpuCount"},
       {"cpu_period", "CpuPeriod"},
       {"cpu_quota", "CpuQuota"},
       {"cpu_rt_period", "CpuRealtimePeriod"},
       {"cpu_rt_runtime", "CpuRealtimeRuntime"},
       {"cpu_shares", "CpuShares"},
       {"pids_limit", "PidsLimit"},
       {"device_cgroup_rules", "DeviceCgroupRules"}}};
  for (const auto& [from, to] : kNumbers) {
    if (model.contains(from)) host[to] = model[from];
  }
  if (model.contains("cpus")) host["NanoCpus"] = nano_cpus(model["cpus"]);
  if (model.contains("cpu_percent")) {
    host["CpuPercent"] = static_cast<std::int64_t>(model["cpu_percent"].get<float>() * 100);
  }
  if (model.contains("cpuset")) host["CpusetCpus"] = model["cpuset"];
  if (model.contains("cgroup_parent")) host["CgroupParent"] = model["cgroup_parent"];
  if (model.contains("deploy")) {
    const Model& resources = model["deploy"]["resources"];
    if (resources.contains("limits")) {
      const Model& limits = resources["limits"];
      set(host, "Memory",
          bytes(limits, "memory") != 0 ? bytes(limits, "memory") : bytes(model, "mem_limit"));
      if (limits.contains("cpus")) host["NanoCpus"] = nano_cpus(limits["cpus"]);
      if (limits.value("pids", 0) > 0) host["PidsLimit"] = limits["pids"];
    }
    if (resources.contains("reservations")) {
      const auto memory = bytes(resources["reservations"], "memory");
      if (memory != 0) host["MemoryReservation"] = memory;
    }
  }
  add_block_io(model, host);
  add_devices(model, drop_gpu, host);
  add_ulimits(model, host);
}

}  // namespace aistack::compose
