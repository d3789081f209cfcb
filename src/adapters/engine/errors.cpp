#include "adapters/engine/errors.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>

#include "adapters/engine/json.hpp"
#include "base/text.hpp"

namespace aistack::engine {
namespace {

// A row says: an answer to `call` (any, if Call::other) with `status` (any, if 0) that contains
// `text` means `code`. The first row that fits counts, so particular sentences stand before
// general ones.
struct Rule {
  Call call;
  int status;
  std::string_view text;
  ErrorCode code;
};

constexpr auto kCreate = Call::create_container;
constexpr auto kStart = Call::start_container;
constexpr auto kPull = Call::pull_image;

constexpr auto kRules = std::to_array<Rule>({
    {Call::other, 400, "Maximum supported API version", ErrorCode::kEngineTooOld},
    {Call::other, 400, "Minimum supported API version", ErrorCode::kEngineTooOld},
    {Call::other, 0, "no space left on device", ErrorCode::kDiskFull},
    {Call::other, 0, "disk quota exceeded", ErrorCode::kDiskFull},
    {Call::other, 0, "not enough space", ErrorCode::kDiskFull},

    // Ports. "Address already in use" with a capital letter is about a container's own IP address.
    {kStart, 0, "port is already allocated", ErrorCode::kPortInUse},
    {kStart, 0, "address already in use", ErrorCode::kPortInUse},
    {kStart, 0, "ports are not available", ErrorCode::kPortInUse},
    {kStart, 0, "Address already in use", ErrorCode::kConflict},

    // GPUs: no driver, no CDI device, no such runtime, a driver that does not answer.
    {Call::other, 0, "could not select device driver", ErrorCode::kGpuUnavailable},
    {Call::other, 0, "no known GPU vendor", ErrorCode::kGpuUnavailable},
    {Call::other, 0, "unresolvable CDI devices", ErrorCode::kGpuUnavailable},
    {Call::other, 0, "runtime name: nvidia", ErrorCode::kGpuUnavailable},
    {Call::other, 0, "runtime specified nvidia", ErrorCode::kGpuUnavailable},
    {Call::other, 0, "nvidia-container-cli", ErrorCode::kGpuUnavailable},

    // The wrong architecture, at pull, create or start.
    {Call::other, 0, "no matching manifest", ErrorCode::kImagePlatform},
    {Call::other, 0, "no match for platform", ErrorCode::kImagePlatform},
    {Call::other, 0, "exec format error", ErrorCode::kImagePlatform},
    {Call::other, 0, "does not match the specified platform", ErrorCode::kImagePlatform},
    {Call::other, 0, "does not provide the specified platform", ErrorCode::kImagePlatform},
    {Call::other, 0, "no image found in manifest list", ErrorCode::kImagePlatform},
    {Call::other, 0, "no image found in image index", ErrorCode::kImagePlatform},

    // Pull: the registry refuses.
    {kPull, 0, "pull access denied", ErrorCode::kRegistryDenied},
    {kPull, 0, "unauthorized", ErrorCode::kRegistryDenied},
    {kPull, 0, "authentication required", ErrorCode::kRegistryDenied},
    {kPull, 0, "no basic auth credentials", ErrorCode::kRegistryDenied},
    {kPull, 0, "authorization failed", ErrorCode::kRegistryDenied},
    {kPull, 0, "insufficient_scope", ErrorCode::kRegistryDenied},
    {kPull, 0, "access to the resource is denied", ErrorCode::kRegistryDenied},
    {kPull, 0, "access forbidden", ErrorCode::kRegistryDenied},
    {kPull, 0, "401 Unauthorized", ErrorCode::kRegistryDenied},
    {kPull, 0, "403 Forbidden", ErrorCode::kRegistryDenied},
    {kPull, 0, "toomanyrequests", ErrorCode::kRegistryDenied},
    // … has no such image …
    {kPull, 0, "manifest unknown", ErrorCode::kImageNotFound},
    {kPull, 0, "name unknown", ErrorCode::kImageNotFound},
    {kPull, 0, "repository name not known", ErrorCode::kImageNotFound},
    {kPull, 0, "invalid reference format", ErrorCode::kImageNotFound},
    // … or is not there, not what it should be, or stops in the middle.
    {kPull, 0, "connection refused", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "connection reset", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "broken pipe", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "no such host", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "server misbehaving", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "name resolution", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "network is unreachable", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "no route to host", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "timeout", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "timed out", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "deadline exceeded", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "request canceled", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "unexpected EOF", ErrorCode::kRegistryUnreachable},
    {kPull, 0, ": EOF", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "unexpected commit digest", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "filesystem layer verification failed", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "failed size validation", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "x509:", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "HTTP response to HTTPS client", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "unexpected HTTP status", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "unexpected status", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "invalid status code from registry", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "received unexpected", ErrorCode::kRegistryUnreachable},
    {kPull, 0, "not found", ErrorCode::kImageNotFound},
    {kPull, 404, "", ErrorCode::kImageNotFound},

    // Names in use.
    {kCreate, 0, "is already in use", ErrorCode::kNameInUse},
    {Call::rename_container, 0, "already in use", ErrorCode::kNameInUse},
    {Call::rename_container, 409, "", ErrorCode::kNameInUse},
    {Call::create_network, 0, "already exists", ErrorCode::kNameInUse},
    {Call::create_network, 0, "already used", ErrorCode::kNameInUse},
    {Call::create_volume, 0, "must be unique", ErrorCode::kNameInUse},

    // Images and networks that a container names.
    {kCreate, 404, "o such image", ErrorCode::kImageNotFound},
    {kCreate, 0, "image not known", ErrorCode::kImageNotFound},
    {kCreate, 0, "network not found", ErrorCode::kNetworkNotFound},
    {kStart, 0, "network not found", ErrorCode::kNetworkNotFound},
    {kStart, 404, "network ", ErrorCode::kNetworkNotFound},
    {kCreate, 404, "network ", ErrorCode::kNetworkNotFound},
    {Call::connect_network, 404, "network ", ErrorCode::kNetworkNotFound},

    // What the container's description asks for and cannot be had.
    {kStart, 0, "cgroups in hybrid mode", ErrorCode::kEngineFailed},  // whatever it asks for
    {kStart, 0, "cgroup mountpoint does not exist", ErrorCode::kEngineFailed},
    {kStart, 0, "executable file not found", ErrorCode::kBadContainerSpec},
    {kStart, 0, "failed to mount local volume", ErrorCode::kBadContainerSpec},
    {kStart, 0, "error setting rlimit", ErrorCode::kBadContainerSpec},
    {kStart, 0, "OCI runtime", ErrorCode::kBadContainerSpec},
    {kStart, 0, "bind source path does not exist", ErrorCode::kBadContainerSpec},
    {kStart, 400, "", ErrorCode::kBadContainerSpec},
    {kCreate, 400, "", ErrorCode::kBadContainerSpec},
    {kCreate, 0, "container create option", ErrorCode::kBadContainerSpec},  // Podman, with 500
    {Call::create_network, 400, "", ErrorCode::kBadContainerSpec},
    {Call::connect_network, 400, "", ErrorCode::kBadContainerSpec},
    {Call::create_volume, 400, "", ErrorCode::kBadContainerSpec},
    {kCreate, 409, "", ErrorCode::kConflict},

    // In use.
    {Call::remove_volume, 0, "in use", ErrorCode::kVolumeInUse},
    {Call::remove_volume, 0, "is being used", ErrorCode::kVolumeInUse},
    {Call::remove_volume, 409, "", ErrorCode::kVolumeInUse},
    {Call::remove_network, 0, "has active endpoints", ErrorCode::kConflict},
    {Call::remove_network, 0, "network is being used", ErrorCode::kConflict},
    {Call::remove_container, 0, "cannot remove container", ErrorCode::kConflict},
    {Call::remove_image, 0, "in use", ErrorCode::kConflict},
    {Call::remove_image, 0, "more than one tag", ErrorCode::kConflict},  // Podman, with 500
    {Call::other, 0, "container state improper", ErrorCode::kConflict},  // Podman, with 500

    {Call::other, 404, "", ErrorCode::kNotFound},
    {Call::other, 409, "", ErrorCode::kConflict},
});

bool fits(const Rule& rule, Call call, int status, std::string_view message) {
  return (rule.call == Call::other || rule.call == call) &&
         (rule.status == 0 || rule.status == status) &&
         message.find(rule.text) != std::string_view::npos;
}

}  // namespace

Error no_container(std::string_view name) {
  return {ErrorCode::kNotFound, "No such container: " + printable(name, 200)};
}

Error engine_error(Call call, int status, std::string_view message) {
  auto why = printable(trim(message));
  if (why.empty()) why = fmt::format("the engine answered with HTTP status {}", status);
  for (const auto& rule : kRules)
    if (fits(rule, call, status, message)) return {rule.code, std::move(why)};
  return {ErrorCode::kEngineFailed, std::move(why)};
}

std::string message_in(std::string_view body) {
  const auto document = parse_document(body);
  if (!document) return std::string(trim(body));
  auto message = text_of(document.value(), "message");
  return message.empty() ? std::string(trim(body)) : message;
}

Error transport_error(const http::Failure& failure, std::string_view endpoint,
                      std::chrono::milliseconds allowed) {
  using Kind = http::Failure::Kind;
  switch (failure.kind) {
    case Kind::interrupted:
      return {ErrorCode::kInterrupted, "interrupted"};
    case Kind::timeout:
      return {ErrorCode::kEngineTimeout,
              fmt::format("the engine at {} did not answer within {} s", endpoint,
                          std::chrono::duration<double>(allowed).count())};
    case Kind::connect:
      // Worded as the docker command words it, because that is what people search for.
      if (failure.error_number == EACCES || failure.error_number == EPERM)
        return {ErrorCode::kEngineDenied,
                fmt::format("permission denied while trying to connect to the Docker daemon "
                            "socket at {}: {}",
                            endpoint, failure.text)};
      return {ErrorCode::kEngineUnreachable,
              fmt::format("Cannot connect to the Docker daemon at {}: {}", endpoint,
                          printable(failure.text))};
    case Kind::closed:
      return {ErrorCode::kEngineUnreachable,
              fmt::format("the engine at {} closed the connection without an answer", endpoint)};
    case Kind::io:
      return {ErrorCode::kEngineUnreachable,
              fmt::format("lost the engine at {}: {}", endpoint, failure.text)};
    case Kind::cut_off:
    case Kind::protocol:
    case Kind::too_long:
      return {ErrorCode::kEngineProtocol,
              fmt::format("the engine at {}: {}", endpoint, printable(failure.text))};
  }
  return {ErrorCode::kInternal, failure.text};
}

}  // namespace aistack::engine
