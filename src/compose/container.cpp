#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.hpp"
#include "compose/container_parts.hpp"
#include "compose/hash.hpp"
#include "compose/project.hpp"
#include "compose/syntax.hpp"

namespace aistack::compose {

using Model = nlohmann::ordered_json;
using Json = nlohmann::json;

namespace {

constexpr std::string_view kComposeVersion = "5.5.1";  // whose containers ours are equal to
constexpr std::string_view kService = "service:";
constexpr std::string_view kContainer = "container:";
constexpr std::array kModes{"network_mode", "ipc", "pid"};

std::string label(std::string_view name) {
  return "com.docker.compose." + std::string(name);
}

// `service:X` and volumes_from turned into the containers that exist.
Model with_ids(Model model, const std::map<std::string, std::string>& ids) {
  for (const auto* key : kModes) {
    const std::string mode = model.value(key, "");
    if (!mode.starts_with(kService)) continue;
    const auto found = ids.find(mode.substr(kService.size()));
    if (found != ids.end()) model[key] = std::string(kContainer) + found->second;
  }
  if (!model.contains("volumes_from")) return model;
  for (auto& source : model["volumes_from"]) {
    const auto parts = split(source.get<std::string>(), ':');
    if (parts.front() == "container" && parts.size() > 1) {
      source = parts[1];
    } else if (const auto found = ids.find(parts.front()); found != ids.end()) {
      source = found->second;
    }
  }
  return model;
}

std::string depends_on_label(const ComposeService& service) {
  using Condition = Dependency::Condition;
  std::vector<std::string> parts;
  for (const auto& dependency : service.depends_on) {
    const char* condition = dependency.condition == Condition::healthy ? "service_healthy"
                            : dependency.condition == Condition::completed
                                ? "service_completed_successfully"
                                : "service_started";
    parts.push_back(dependency.service + ":" + condition +
                    (dependency.restart ? ":true" : ":false"));
  }
  return join(parts, ",");
}

Json container_labels(const Project& project, const ComposeService& service, const Model& model,
                      const ContainerOptions& options) {
  Json labels = options.labels;
  if (model.contains("labels")) {
    for (const auto& [name, value] : model["labels"].items()) labels[name] = value;
  }
  std::vector<std::string> files;
  for (const auto& file : project.config_files) files.push_back(file.string());
  labels[label("project")] = project.name;
  labels[label("service")] = service.name;
  labels[label("version")] = kComposeVersion;
  labels[label("project.working_dir")] = project.working_directory.string();
  labels[label("project.config_files")] = join(files, ",");
  labels[label("oneoff")] = "False";
  labels[label("container-number")] = "1";
  labels[label("depends_on")] = depends_on_label(service);
  labels[label("config-hash")] = service_hash(model);
  if (!options.image_id.empty()) labels[label("image")] = options.image_id;
  return labels;
}

Json environment(const Model& model) {
  Json list = Json::array();
  if (!model.contains("environment")) return list;
  for (const auto& [name, value] : model["environment"].items()) {
    list.push_back(value.is_null() ? name : name + "=" + value.get<std::string>());
  }
  return list;
}

// What `service:X` links and aliases are made of.
std::string name_of(const Project& project, const std::string& service) {
  for (const auto& known : project.services) {
    if (known.name == service) return known.container_name;
  }
  return project.name + "-" + service + "-1";
}

Json links(const Project& project, const Model& model) {
  Json list = Json::array();
  if (model.contains("links")) {
    for (const auto& item : model["links"]) {
      const std::string text = item.get<std::string>();
      const auto colon = text.find(':');
      const std::string service = text.substr(0, colon);
      const std::string alias = colon == std::string::npos ? service : text.substr(colon + 1);
      const std::string container = name_of(project, service);
      list.push_back(container + ":" + alias);
      list.push_back(container + ":" + service + "-1");
      list.push_back(container + ":" + project.name + "-" + service + "-1");
    }
  }
  if (model.contains("external_links")) {
    for (const auto& item : model["external_links"]) {
      const std::string text = item.get<std::string>();
      list.push_back(text.find(':') == std::string::npos ? text + ":" + text : text);
    }
  }
  return list;
}

Json endpoint(const ComposeService& service, const Model& attachment, const Json& all_links) {
  Json result = {{"Aliases", Json::array({service.container_name, service.name})}};
  if (!all_links.empty()) result["Links"] = all_links;
  if (attachment.is_null()) return result;
  if (attachment.contains("aliases")) {
    for (const auto& alias : attachment["aliases"]) result["Aliases"].push_back(Json(alias));
  }
  Json ipam = Json::object();
  if (attachment.contains("ipv4_address")) ipam["IPv4Address"] = attachment["ipv4_address"];
  if (attachment.contains("ipv6_address")) ipam["IPv6Address"] = attachment["ipv6_address"];
  if (attachment.contains("link_local_ips")) ipam["LinkLocalIPs"] = attachment["link_local_ips"];
  result["IPAMConfig"] = ipam;
  if (attachment.contains("mac_address")) result["MacAddress"] = attachment["mac_address"];
  if (attachment.contains("gw_priority")) result["GwPriority"] = attachment["gw_priority"];
  if (attachment.contains("driver_opts")) result["DriverOpts"] = attachment["driver_opts"];
  if (attachment.contains("interface_name")) {
    result["DriverOpts"]["com.docker.network.endpoint.ifname"] = attachment["interface_name"];
  }
  return result;
}

std::vector<domain::NetworkAttachment> attachments(const Project& project,
                                                   const ComposeService& service,
                                                   const Model& model) {
  std::vector<domain::NetworkAttachment> result;
  if (model.contains("network_mode") || !model.contains("networks")) return result;
  std::vector<std::pair<std::int64_t, std::string>> order;
  for (const auto& [key, value] : model["networks"].items()) {
    order.emplace_back(value.is_null() ? 0 : -value.value("priority", std::int64_t{0}), key);
  }
  std::sort(order.begin(), order.end());
  const Json all_links = links(project, model);
  for (const auto& [priority, key] : order) {
    domain::NetworkAttachment attachment;
    attachment.network = project.resources["networks"][key].value("name", key);
    attachment.endpoint = endpoint(service, model["networks"][key], all_links);
    result.push_back(std::move(attachment));
  }
  // The container's own address is the one in the first network.
  const std::string mac = model.value("mac_address", "");
  if (!result.empty() && !mac.empty() && !result.front().endpoint.contains("MacAddress")) {
    result.front().endpoint["MacAddress"] = mac;
  }
  return result;
}

Json container_config(const Project& project, const ComposeService& service, const Model& model,
                      const ContainerOptions& options) {
  Json config = {{"Image", options.image.empty() ? service.image : options.image},
                 {"Labels", container_labels(project, service, model, options)},
                 {"Env", environment(model)},
                 {"AttachStdin", false},
                 {"AttachStdout", true},
                 {"AttachStderr", true},
                 {"Tty", model.value("tty", false)},
                 {"OpenStdin", model.value("stdin_open", false)},
                 {"StdinOnce", false}};
  static constexpr std::array<std::pair<const char*, const char*>, 5> kTexts{
      {{"hostname", "Hostname"},
       {"domainname", "Domainname"},
       {"user", "User"},
       {"working_dir", "WorkingDir"},
       {"stop_signal", "StopSignal"}}};
  for (const auto& [key, field] : kTexts) {
    if (model.contains(key)) config[field] = model[key];
  }
  if (!model["command"].is_null()) config["Cmd"] = model["command"];
  if (!model["entrypoint"].is_null()) config["Entrypoint"] = model["entrypoint"];
  if (model.contains("healthcheck")) config["Healthcheck"] = health_config(model["healthcheck"]);
  if (model.contains("stop_grace_period")) {
    config["StopTimeout"] = nanoseconds(model["stop_grace_period"]) / 1'000'000'000;
  }
  if (Json ports = exposed_ports(model); !ports.empty()) config["ExposedPorts"] = std::move(ports);
  return config;
}

}  // namespace

std::vector<std::string> shared_services(const ComposeService& service) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto* key : kModes) {
    const std::string mode = service.model.value(key, "");
    if (mode.starts_with(kService)) add(mode.substr(kService.size()));
  }
  if (!service.model.contains("volumes_from")) return names;
  for (const auto& source : service.model["volumes_from"]) {
    const std::string text = source.get<std::string>();
    if (!text.starts_with(kContainer)) add(text.substr(0, text.find(':')));
  }
  return names;
}

domain::ContainerSpec container_spec(const Project& project, const ComposeService& service,
                                     const ContainerOptions& options) {
  const Model model = with_ids(service.model, options.container_ids);
  domain::ContainerSpec spec;
  spec.name = service.container_name;
  spec.platform = service.platform;
  spec.files = service.files;
  spec.config = container_config(project, service, model, options);
  spec.networks = attachments(project, service, model);
  spec.host_config = host_config(project, service, model, options.drop_gpu);
  const Json all_links = links(project, model);
  if (!all_links.empty()) spec.host_config["Links"] = all_links;
  spec.host_config["NetworkMode"] =
      spec.networks.empty() ? model.value("network_mode", "none") : spec.networks.front().network;
  return spec;
}

domain::NetworkSpec network_spec(const Project& project, const std::string& key) {
  const Model& model = project.resources["networks"][key];
  domain::NetworkSpec spec;
  spec.name = model.value("name", key);
  spec.external = model.value("external", false);
  Json& out = spec.options;
  Json labels = Json::object();
  if (model.contains("labels")) labels.update(Json(model["labels"]));
  labels[label("network")] = key;
  labels[label("project")] = project.name;
  labels[label("version")] = kComposeVersion;
  labels[label("config-hash")] = network_hash(model);
  out["Labels"] = labels;
  static constexpr std::array<std::pair<const char*, const char*>, 6> kFields{
      {{"driver", "Driver"},
       {"driver_opts", "Options"},
       {"internal", "Internal"},
       {"attachable", "Attachable"},
       {"enable_ipv4", "EnableIPv4"},
       {"enable_ipv6", "EnableIPv6"}}};
  for (const auto& [from, to] : kFields) {
    if (model.contains(from)) out[to] = model[from];
  }
  const Model& ipam = model["ipam"];
  if (ipam.empty()) return spec;
  Json& given = out["IPAM"];
  if (ipam.contains("driver")) given["Driver"] = ipam["driver"];
  if (ipam.contains("options")) given["Options"] = ipam["options"];
  if (!ipam.contains("config")) return spec;
  static constexpr std::array<std::pair<const char*, const char*>, 4> kPool{
      {{"subnet", "Subnet"},
       {"gateway", "Gateway"},
       {"ip_range", "IPRange"},
       {"aux_addresses", "AuxiliaryAddresses"}}};
  given["Config"] = Json::array();
  for (const auto& pool : ipam["config"]) {
    Json made = Json::object();
    for (const auto& [from, to] : kPool) {
      if (pool.contains(from)) made[to] = pool[from];
    }
    given["Config"].push_back(made);
  }
  return spec;
}

domain::VolumeSpec volume_spec(const Project& project, const std::string& key) {
  const Model& model = project.resources["volumes"][key];
  domain::VolumeSpec spec;
  spec.name = model.value("name", key);
  spec.external = model.value("external", false);
  spec.plain = !spec.external && !model.contains("driver") && !model.contains("driver_opts");
  Json labels = Json::object();
  if (model.contains("labels")) labels.update(Json(model["labels"]));
  labels[label("volume")] = key;
  labels[label("project")] = project.name;
  labels[label("version")] = kComposeVersion;
  labels[label("config-hash")] = volume_hash(model);
  spec.options["Labels"] = labels;
  if (model.contains("driver")) spec.options["Driver"] = model["driver"];
  if (model.contains("driver_opts")) spec.options["DriverOpts"] = model["driver_opts"];
  return spec;
}

}  // namespace aistack::compose
