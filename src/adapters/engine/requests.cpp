#include "adapters/engine/requests.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aistack::engine {
namespace {

using ports::ApiVersion;

constexpr ApiVersion kManyNetworks{1, 44};  // several networks in one `create`

bool is_word(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '.' || byte == '-';
}

// A field that came with an API version; without it the container works, only less finely.
struct Younger {
  ApiVersion since;
  std::string_view path;  // JSON pointer in the body of `create`
};
constexpr auto kYounger = std::to_array<Younger>({
    {{1, 44}, "/Healthcheck/StartInterval"},
    {{1, 43}, "/HostConfig/Annotations"},
});

void drop_younger(Json& body, ApiVersion version) {
  for (const auto& field : kYounger) {
    if (version >= field.since) continue;
    const auto slash = field.path.rfind('/');
    const Json::json_pointer parent{std::string(field.path.substr(0, slash))};
    if (body.contains(parent) && body[parent].is_object())
      body[parent].erase(std::string(field.path.substr(slash + 1)));
  }
}

Error needs(std::string_view what, ApiVersion wanted, ApiVersion spoken) {
  return {ErrorCode::kBadContainerSpec, fmt::format("{} needs engine API {}; this engine speaks {}",
                                                    what, to_string(wanted), to_string(spoken))};
}

// Of a mount, some fields change what the container sees: to leave those out would be wrong.
Result<> check_mounts(Json& body, ApiVersion version) {
  const auto& mounts = member(member(body, "HostConfig"), "Mounts");
  if (!mounts.is_array()) return ok();
  for (auto& mount : body["HostConfig"]["Mounts"]) {
    if (!mount.is_object()) continue;
    if (text_of(mount, "Type") == "image" && version < ApiVersion{1, 48})
      return needs("a mount of type \"image\"", {1, 48}, version);
    if (!text_of(member(mount, "VolumeOptions"), "Subpath").empty() && version < ApiVersion{1, 45})
      return needs("a volume's subpath", {1, 45}, version);
    if (version < ApiVersion{1, 44} && mount.contains("BindOptions") &&
        mount["BindOptions"].is_object()) {
      mount["BindOptions"].erase("ReadOnlyNonRecursive");
      mount["BindOptions"].erase("ReadOnlyForceRecursive");
    }
    if (version < ApiVersion{1, 42} && mount.contains("BindOptions") &&
        mount["BindOptions"].is_object())
      mount["BindOptions"].erase("CreateMountpoint");
  }
  return ok();
}

void drop_younger_of_endpoint(Json& endpoint, ApiVersion version) {
  if (!endpoint.is_object()) return;
  if (version < ApiVersion{1, 48}) endpoint.erase("GwPriority");
  if (version < kManyNetworks) endpoint.erase("MacAddress");
}

// A MAC address belongs to the container up to 1.43, to an endpoint from 1.44 on.
void place_mac_address(Json& body, std::vector<domain::NetworkAttachment>& networks,
                       ApiVersion version) {
  if (networks.empty()) return;
  auto& endpoint = networks.front().endpoint;
  if (!endpoint.is_object()) endpoint = Json::object();
  if (version < kManyNetworks) {
    if (auto mac = text_of(endpoint, "MacAddress"); !mac.empty() && !body.contains("MacAddress"))
      body["MacAddress"] = std::move(mac);
  } else if (auto mac = text_of(body, "MacAddress"); !mac.empty()) {
    if (!endpoint.contains("MacAddress")) endpoint["MacAddress"] = std::move(mac);
    body.erase("MacAddress");
  }
}

}  // namespace

std::string to_string(ApiVersion version) {
  return fmt::format("{}.{}", version.major, version.minor);
}

Result<ApiVersion> choose_version(const ports::EngineVersion& engine) {
  if (engine.newest < kOldestApi)
    return Error{
        ErrorCode::kEngineTooOld,
        fmt::format("{} {} speaks API {} at most; aistack needs {} (Docker 20.10)", engine.product,
                    engine.version, to_string(engine.newest), to_string(kOldestApi))};
  if (engine.oldest > kNewestApi)
    return Error{
        ErrorCode::kEngineTooOld,
        fmt::format("{} {} speaks API {} at least; this aistack knows {} at most", engine.product,
                    engine.version, to_string(engine.oldest), to_string(kNewestApi)),
        "this aistack is too old for the container engine",
        {},
        {"update aistack"}};
  return std::min(engine.newest, kNewestApi);
}

std::string encode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char byte : text) {
    if (is_word(byte) || byte == '~')
      encoded += byte;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
  }
  return encoded;
}

bool is_object_name(std::string_view name) {
  return !name.empty() && name.size() <= 4096 && name[0] != '.' && name[0] != '-' &&
         std::all_of(name.begin(), name.end(), is_word);
}

bool is_image_reference(std::string_view reference) {
  if (reference.empty() || reference.size() > 4096 || reference[0] == '/') return false;
  const auto allowed = [](char byte) {
    return is_word(byte) || byte == '/' || byte == ':' || byte == '@' || byte == '+';
  };
  if (!std::all_of(reference.begin(), reference.end(), allowed)) return false;
  while (true) {
    const auto slash = reference.find('/');
    const auto part = reference.substr(0, slash);
    if (part.empty() || part[0] == '.' || part[0] == '-') return false;
    if (slash == std::string_view::npos) return true;
    reference.remove_prefix(slash + 1);
  }
}

ImageName split_reference(std::string_view reference) {
  const auto at = reference.find('@');
  const auto named = reference.substr(0, at);
  const auto slash = named.rfind('/');
  const auto colon = named.find(':', slash == std::string_view::npos ? 0 : slash);
  ImageName name{std::string(named.substr(0, colon)), "latest"};
  if (at != std::string_view::npos)
    name.tag = reference.substr(at + 1);
  else if (colon != std::string_view::npos)
    name.tag = named.substr(colon + 1);
  return name;
}

std::string encode_filters(const Json& filters) {
  return encode(to_text(filters));
}

Json label_filter(const std::map<std::string, std::string>& labels) {
  Json list = Json::array();
  for (const auto& [name, value] : labels)
    list.push_back(value.empty() ? name : name + "=" + value);
  return list;
}

std::string encode_time(Time time) {
  using std::chrono::nanoseconds;
  const auto count = std::chrono::duration_cast<nanoseconds>(time.time_since_epoch()).count();
  if (count <= 0) return "0";
  return fmt::format("{}.{:09}", count / 1'000'000'000, count % 1'000'000'000);
}

Result<CreateRequest> create_request(domain::ContainerSpec spec, ApiVersion version) {
  CreateRequest request;
  request.body = std::move(spec.config);
  if (!request.body.is_object()) request.body = Json::object();
  request.body["HostConfig"] =
      spec.host_config.is_object() ? std::move(spec.host_config) : Json::object();
  drop_younger(request.body, version);
  BOOST_OUTCOME_TRY(check_mounts(request.body, version));
  place_mac_address(request.body, spec.networks, version);

  auto& networks = spec.networks;
  if (networks.empty()) return request;
  auto& host_config = request.body["HostConfig"];
  if (text_of(host_config, "NetworkMode").empty()) host_config["NetworkMode"] = networks[0].network;
  Json endpoints = Json::object();
  for (std::size_t i = 0; i < networks.size(); ++i) {
    drop_younger_of_endpoint(networks[i].endpoint, version);
    if (i == 0 || version >= kManyNetworks)
      endpoints[networks[i].network] = std::move(networks[i].endpoint);
    else
      request.connect_afterwards.push_back(std::move(networks[i]));
  }
  request.body["NetworkingConfig"] = {{"EndpointsConfig", std::move(endpoints)}};
  return request;
}

Json network_request(const domain::NetworkSpec& spec, ApiVersion version) {
  Json body = spec.options.is_object() ? spec.options : Json::object();
  body["Name"] = spec.name;
  if (version < ApiVersion{1, 47}) body.erase("EnableIPv4");
  if (version < ApiVersion{1, 44}) body["CheckDuplicate"] = true;
  return body;
}

Json volume_request(const domain::VolumeSpec& spec) {
  Json body = spec.options.is_object() ? spec.options : Json::object();
  body["Name"] = spec.name;
  return body;
}

Json connect_request(domain::NetworkAttachment attachment, const std::string& container,
                     ApiVersion version) {
  drop_younger_of_endpoint(attachment.endpoint, version);
  Json body = {{"Container", container}};
  body["EndpointConfig"] = std::move(attachment.endpoint);
  return body;
}

}  // namespace aistack::engine
