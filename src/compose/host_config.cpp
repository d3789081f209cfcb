#include <algorithm>
#include <array>
#include <set>

#include "compose/container_parts.hpp"
#include "compose/go_format.hpp"
#include "compose/syntax.hpp"

namespace aistack::compose {

using Model = nlohmann::ordered_json;
using Json = nlohmann::json;

namespace {

constexpr std::string_view kPlainPaths = "systempaths=unconfined";

std::string restart_name(const std::string& condition) {
  if (condition == "none" || condition == "no") return "no";
  if (condition == "any" || condition == "always") return "always";
  return condition;
}

Json restart_policy(const Model& model) {
  Json policy = {{"Name", ""}, {"MaximumRetryCount", 0}};
  const std::string restart = model.value("restart", "");
  if (!restart.empty()) {
    const auto colon = restart.find(':');
    policy["Name"] = restart_name(restart.substr(0, colon));
    std::int64_t count = 0;
    if (colon != std::string::npos)
      read_integer(std::string_view(restart).substr(colon + 1), count);
    policy["MaximumRetryCount"] = count;
  }
  if (model.contains("deploy") && model["deploy"].contains("restart_policy")) {
    const Model& deployed = model["deploy"]["restart_policy"];
    policy["Name"] = restart_name(deployed.value("condition", ""));
    policy["MaximumRetryCount"] = deployed.value("max_attempts", 0);
  }
  return policy;
}

Json port_bindings(const Model& model) {
  Json bindings = Json::object();
  if (!model.contains("ports")) return bindings;
  for (const auto& port : model["ports"]) {
    const std::string key =
        std::to_string(port.value("target", 0)) + "/" + port.value("protocol", "tcp");
    bindings[key].push_back(
        {{"HostIp", port.value("host_ip", "")}, {"HostPort", port.value("published", "")}});
  }
  return bindings;
}

Json extra_hosts(const Model& model) {
  Json hosts = Json::array();
  if (!model.contains("extra_hosts")) return hosts;
  for (const auto& host : model["extra_hosts"]) {
    std::string text = host.get<std::string>();
    text[text.find('=')] = ':';
    hosts.push_back(text);
  }
  return hosts;
}

// "sys_ptrace" is CAP_SYS_PTRACE: sent as the engine shows it, so that a comparison finds no drift.
Json capabilities(const Model& names) {
  std::set<std::string> sorted;
  for (const auto& item : names) {
    std::string name = item.get<std::string>();
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    sorted.insert(name == "ALL" || name.starts_with("CAP_") ? name : "CAP_" + name);
  }
  return sorted;
}

void add_security(const ComposeService& service, Json& host) {
  Json options = Json::array();
  for (const auto& option : service.security_options) {
    if (option == kPlainPaths) {
      host["MaskedPaths"] = Json::array();
      host["ReadonlyPaths"] = Json::array();
    } else {
      options.push_back(option);
    }
  }
  if (!options.empty()) host["SecurityOpt"] = options;
}

}  // namespace

std::int64_t nanoseconds(const Model& duration) {
  std::chrono::nanoseconds value{};
  const std::string text = duration.get<std::string>();
  read_duration(text, value);
  return value.count();
}

Json health_config(const Model& health) {
  Json config = Json::object();
  if (health.contains("test")) config["Test"] = health["test"];
  if (health.value("disable", false)) config["Test"] = Json::array({"NONE"});
  static constexpr std::array<std::pair<const char*, const char*>, 4> kTimes{
      {{"interval", "Interval"},
       {"timeout", "Timeout"},
       {"start_period", "StartPeriod"},
       {"start_interval", "StartInterval"}}};
  for (const auto& [from, to] : kTimes) {
    if (!health.contains(from)) continue;
    if (const auto time = nanoseconds(health[from]); time != 0) config[to] = time;
  }
  if (health.value("retries", 0) != 0) config["Retries"] = health["retries"];
  return config;
}

Json exposed_ports(const Model& model) {
  Json ports = Json::object();
  const Json published = port_bindings(model);
  for (const auto& [key, bindings] : published.items()) ports[key] = Json::object();
  if (!model.contains("expose")) return ports;
  for (const auto& item : model["expose"]) {
    const auto range = parse_port_range(item.get<std::string>());
    if (!range) continue;
    for (int port = range.value.first; port <= range.value.last; ++port) {
      ports[std::to_string(port) + "/" + range.value.protocol] = Json::object();
    }
  }
  return ports;
}

Json host_config(const Project& project, const ComposeService& service, const Model& model,
                 bool drop_gpu) {
  Json host = {{"RestartPolicy", restart_policy(model)},
               {"PortBindings", port_bindings(model)},
               {"ExtraHosts", extra_hosts(model)},
               {"AutoRemove", false}};
  // Those that are the same but for the name.
  static constexpr std::array<std::pair<const char*, const char*>, 16> kSame{
      {{"annotations", "Annotations"},
       {"init", "Init"},
       {"ipc", "IpcMode"},
       {"cgroup", "CgroupnsMode"},
       {"read_only", "ReadonlyRootfs"},
       {"sysctls", "Sysctls"},
       {"volumes_from", "VolumesFrom"},
       {"dns", "Dns"},
       {"dns_search", "DnsSearch"},
       {"dns_opt", "DnsOptions"},
       {"storage_opt", "StorageOpt"},
       {"userns_mode", "UsernsMode"},
       {"uts", "UTSMode"},
       {"privileged", "Privileged"},
       {"pid", "PidMode"},
       {"group_add", "GroupAdd"}}};
  for (const auto& [from, to] : kSame) {
    if (model.contains(from)) host[to] = model[from];
  }
  if (model.contains("cap_add")) host["CapAdd"] = capabilities(model["cap_add"]);
  if (model.contains("cap_drop")) host["CapDrop"] = capabilities(model["cap_drop"]);
  if (model.contains("isolation")) host["Isolation"] = model["isolation"];
  if (model.contains("oom_score_adj")) host["OomScoreAdj"] = model["oom_score_adj"];
  const std::string runtime = model.value("runtime", "");
  if (!runtime.empty() && !(drop_gpu && runtime == "nvidia")) host["Runtime"] = runtime;
  if (model.contains("logging")) {
    const Model& logging = model["logging"];
    host["LogConfig"]["Type"] = logging.value("driver", "");
    if (logging.contains("options")) host["LogConfig"]["Config"] = logging["options"];
  }
  if (model.contains("tmpfs")) {
    for (const auto& item : model["tmpfs"]) {
      const std::string text = item.get<std::string>();
      const auto colon = text.find(':');
      host["Tmpfs"][text.substr(0, colon)] =
          colon == std::string::npos ? "" : text.substr(colon + 1);
    }
  }
  add_security(service, host);
  add_resources(model, drop_gpu, host);
  add_mounts(project, model, host);
  return host;
}

}  // namespace aistack::compose
