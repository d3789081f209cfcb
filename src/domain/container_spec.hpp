#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace aistack::domain {

// One network that a container joins. `endpoint` is the Engine API's EndpointConfig (Aliases,
// IPAMConfig, Links, MacAddress, DriverOpts, GwPriority).
struct NetworkAttachment {
  std::string network;
  nlohmann::json endpoint = nlohmann::json::object();
};

// A file that is put into a container before its first start, since no file of the machine holds it
// (a secret from a variable, a config whose text stands in the Compose file).
struct InjectedFile {
  std::string path;  // absolute, in the container
  std::string content;
  unsigned mode = 0444;
  std::string uid;  // a number; "" means root
  std::string gid;
};

// A container to create, in the Engine API's own terms: `config` holds the top-level fields of
// `POST /containers/create` (Image, Cmd, Env, Labels, …), `host_config` its HostConfig. Kept as
// JSON because the point is to be equal to what Docker Compose sends; the engine adapter drops
// what the negotiated API version does not know and connects the networks after the first one by
// one where the engine wants that.
struct ContainerSpec {
  std::string name;
  nlohmann::json config = nlohmann::json::object();
  nlohmann::json host_config = nlohmann::json::object();
  std::vector<NetworkAttachment> networks;  // the first one is NetworkMode; may be empty
  std::string platform;                     // "linux/arm64"; "" is the engine's own
  std::vector<InjectedFile> files;
};

struct NetworkSpec {
  std::string name;
  bool external = false;  // must exist; never created or removed by us
  // `POST /networks/create` without Name: Driver, Options, IPAM, Internal, Attachable, EnableIPv6,
  // Labels.
  nlohmann::json options = nlohmann::json::object();
};

struct VolumeSpec {
  std::string name;
  bool external = false;
  // `POST /volumes/create` without Name: Driver, DriverOpts, Labels.
  nlohmann::json options = nlohmann::json::object();
  // The file names neither a driver nor driver options, so aistack may bind it to volumes.root.
  bool plain = false;
};

}  // namespace aistack::domain
