#include "adapters/engine/endpoint.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <system_error>
#include <vector>

#include "base/text.hpp"

namespace aistack::engine {
namespace {

constexpr int kDefaultPort = 2375;

Error unsupported(std::string_view endpoint, std::string_view reason) {
  return {ErrorCode::kBadConfig,
          fmt::format("the engine endpoint \"{}\" {}: use unix:///path/to/docker.sock or "
                      "tcp://host:port without TLS",
                      printable(endpoint, 200), reason)};
}

std::string value_of(const std::map<std::string, std::string>& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

std::vector<std::string> usual_places(const EndpointQuery& query) {
  const auto runtime_directory = value_of(query.environment, "XDG_RUNTIME_DIR");
  const auto home = value_of(query.environment, "HOME");
  std::vector<std::string> places;
  if (query.runtime != "podman") {
    places.emplace_back("/var/run/docker.sock");
    places.emplace_back("/run/docker.sock");
    if (!runtime_directory.empty()) places.push_back(runtime_directory + "/docker.sock");
    if (!home.empty()) places.push_back(home + "/.docker/run/docker.sock");
  }
  if (query.runtime != "docker") {
    places.emplace_back("/run/podman/podman.sock");
    if (!runtime_directory.empty()) places.push_back(runtime_directory + "/podman/podman.sock");
  }
  return places;
}

// host, host:port, [address]:port; what follows a slash must be nothing.
std::optional<http::Address> parse_authority(std::string_view text) {
  if (text.ends_with('/')) text.remove_suffix(1);
  if (text.empty() || text.find('/') != std::string_view::npos) return std::nullopt;
  http::Address address;
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    address.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    address.host = text.substr(0, colon);
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  address.port = kDefaultPort;
  if (!port.empty()) {
    port.remove_prefix(1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
  }
  if (address.host.empty() || address.port < 1 || address.port > 65535) return std::nullopt;
  return address;
}

}  // namespace

Result<http::Address> parse_endpoint(std::string_view endpoint) {
  const auto after = [&](std::string_view scheme) { return endpoint.substr(scheme.size()); };
  if (endpoint.starts_with('/')) return http::Address{std::string(endpoint), {}, 0};
  if (endpoint.starts_with("unix://")) {
    const auto path = after("unix://");
    if (!path.starts_with('/')) return unsupported(endpoint, "names no absolute path");
    return http::Address{std::string(path), {}, 0};
  }
  for (const std::string_view scheme : {"tcp://", "http://"}) {
    if (!endpoint.starts_with(scheme)) continue;
    auto address = parse_authority(after(scheme));
    if (!address) return unsupported(endpoint, "names no host and port");
    return *address;
  }
  if (endpoint.starts_with("ssh://"))
    return unsupported(endpoint, "needs ssh, which aistack does not speak");
  if (endpoint.starts_with("https://"))
    return unsupported(endpoint, "needs TLS, which aistack does not speak");
  return unsupported(endpoint, "cannot be read");
}

Result<std::string> find_endpoint(const EndpointQuery& query) {
  auto explicit_one = query.configured;
  if (explicit_one.empty()) {
    explicit_one = value_of(query.environment, "DOCKER_HOST");
    if (explicit_one.starts_with("tcp://") &&
        !value_of(query.environment, "DOCKER_TLS_VERIFY").empty())
      return unsupported(explicit_one,
                         "needs TLS (DOCKER_TLS_VERIFY is set), which aistack does not speak");
  }
  if (!explicit_one.empty()) {
    if (explicit_one.starts_with('/')) explicit_one.insert(0, "unix://");
    BOOST_OUTCOME_TRY(parse_endpoint(explicit_one));
    return explicit_one;
  }
  const auto places = usual_places(query);
  for (const auto& place : places) {
    std::error_code ignored;
    if (std::filesystem::exists(query.root / place.substr(1), ignored)) return "unix://" + place;
  }
  return "unix://" + places.front();
}

}  // namespace aistack::engine
