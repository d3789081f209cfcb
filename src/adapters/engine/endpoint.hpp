#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "adapters/http/connection.hpp"
#include "base/result.hpp"

namespace aistack::engine {

struct EndpointQuery {
  std::string runtime = "auto";  // "auto", "docker" or "podman"
  std::string configured;        // from the configuration: an endpoint or a path; "" if not set
  std::map<std::string, std::string> environment;
  std::filesystem::path root = "/";  // where the usual socket places are looked for
};

// Where the engine should be: what is configured, else DOCKER_HOST, else the first of the runtime's
// usual socket places that exists (Docker's before Podman's), else the first of them, so that the
// attempt to connect tells what is missing. kBadConfig: an endpoint that is not supported.
Result<std::string> find_endpoint(const EndpointQuery& query);

// "unix:///path", "tcp://host:port" (port 2375 if none is named), "http://host:port", or a path.
// kBadConfig: anything else; ssh:// and TLS are named as not supported.
Result<http::Address> parse_endpoint(std::string_view endpoint);

}  // namespace aistack::engine
