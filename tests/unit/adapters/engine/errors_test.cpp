#include "adapters/engine/errors.hpp"

#include <gtest/gtest.h>

namespace aistack::engine {
namespace {

struct Case {
  Call call;
  int status;
  const char* message;
  ErrorCode code;
};

// Sentences beyond those in the recordings, of Docker 20.10 to 29 and of Podman.
const Case kCases[] = {
    {Call::other, 400,
     "client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade",
     ErrorCode::kEngineTooOld},
    {Call::pull_image, 200,
     "pull access denied for x/y, repository does not exist or may require 'docker login': denied: "
     "requested access to the resource is denied",
     ErrorCode::kRegistryDenied},
    {Call::pull_image, 500, "Head \"http://r/v2/x/manifests/1\": no basic auth credentials",
     ErrorCode::kRegistryDenied},
    {Call::pull_image, 500, "unauthorized: authentication required", ErrorCode::kRegistryDenied},
    {Call::pull_image, 500, "toomanyrequests: You have reached your pull rate limit",
     ErrorCode::kRegistryDenied},
    {Call::pull_image, 200, "no matching manifest for linux/arm64/v8 in the manifest list entries",
     ErrorCode::kImagePlatform},
    {Call::pull_image, 404, "no match for platform in manifest: not found",
     ErrorCode::kImagePlatform},
    {Call::pull_image, 200, "write /var/lib/docker/tmp/x: no space left on device",
     ErrorCode::kDiskFull},
    {Call::pull_image, 500, "Get \"https://r/v2/\": dial tcp: lookup r on 1.1.1.1:53: no such host",
     ErrorCode::kRegistryUnreachable},
    {Call::pull_image, 200, "unexpected EOF", ErrorCode::kRegistryUnreachable},
    {Call::pull_image, 500, "net/http: TLS handshake timeout", ErrorCode::kRegistryUnreachable},
    {Call::pull_image, 200, "received unexpected HTTP status: 503 Service Unavailable",
     ErrorCode::kRegistryUnreachable},
    {Call::pull_image, 400, "invalid reference format", ErrorCode::kImageNotFound},
    {Call::create_container, 400, "unknown or invalid runtime name: nvidia",
     ErrorCode::kGpuUnavailable},
    {Call::create_container, 400, "Unknown runtime specified nvidia", ErrorCode::kGpuUnavailable},
    {Call::create_container, 404, "unable to find network with name or ID x: network not found",
     ErrorCode::kNetworkNotFound},
    {Call::create_container, 400,
     "invalid mount config for type \"bind\": bind source path does "
     "not exist: /nowhere",
     ErrorCode::kBadContainerSpec},
    {Call::create_container, 500, "mkdir /var/lib/docker/overlay2/x: no space left on device",
     ErrorCode::kDiskFull},
    {Call::start_container, 500,
     "failed to discover GPU vendor from CDI: no known GPU vendor found",
     ErrorCode::kGpuUnavailable},
    {Call::start_container, 500,
     "OCI runtime create failed: nvidia-container-cli: initialization error: nvml error: driver "
     "not loaded",
     ErrorCode::kGpuUnavailable},
    {Call::start_container, 500,
     "CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=all",
     ErrorCode::kGpuUnavailable},
    {Call::start_container, 500,
     "cannot listen on the TCP port: listen tcp4 127.0.0.1:80: bind: "
     "address already in use",
     ErrorCode::kPortInUse},
    {Call::start_container, 500, "ports are not available: exposing port TCP 0.0.0.0:80",
     ErrorCode::kPortInUse},
    {Call::start_container, 403, "Address already in use", ErrorCode::kConflict},
    {Call::start_container, 500, "OCI runtime create failed: exec /svc: exec format error",
     ErrorCode::kImagePlatform},
    {Call::start_container, 400, "exec: \"nope\": executable file not found in $PATH: unknown",
     ErrorCode::kBadContainerSpec},
    {Call::start_container, 500,
     "crun: executable file `/nope` not found: No such file: OCI "
     "runtime attempted to invoke a command that was not found",
     ErrorCode::kBadContainerSpec},
    {Call::start_container, 500,
     "crun: cgroups in hybrid mode not supported, drop all controllers from cgroupv2: OCI runtime "
     "error",
     ErrorCode::kEngineFailed},
    {Call::start_container, 500,
     "OCI runtime create failed: cgroups: cgroup mountpoint does not exist: unknown",
     ErrorCode::kEngineFailed},
    {Call::start_container, 500, "error setting rlimit type 7: operation not permitted",
     ErrorCode::kBadContainerSpec},
    {Call::start_container, 404, "No such container: web", ErrorCode::kNotFound},
    {Call::create_network, 409, "network with name x already exists", ErrorCode::kNameInUse},
    {Call::create_network, 500, "network name x already used: network already exists",
     ErrorCode::kNameInUse},
    {Call::create_network, 500, "could not find an available, non-overlapping IPv4 address pool",
     ErrorCode::kEngineFailed},
    {Call::remove_volume, 409, "volume x is being used by the following container(s): y",
     ErrorCode::kVolumeInUse},
    {Call::remove_network, 500, "\"x\" has associated containers with it: network is being used",
     ErrorCode::kConflict},
    {Call::other, 500, "something nobody has seen before", ErrorCode::kEngineFailed},
    {Call::other, 500, "", ErrorCode::kEngineFailed},
};

TEST(EngineError, HasTheCodeOfWhatItSays) {
  for (const auto& each : kCases)
    EXPECT_EQ(to_string(engine_error(each.call, each.status, each.message).code),
              to_string(each.code))
        << each.message;
}

TEST(EngineError, SaysTheStatusWhereTheEngineSaysNothing) {
  EXPECT_EQ(engine_error(Call::other, 502, "").why, "the engine answered with HTTP status 502");
  EXPECT_EQ(message_in("{\"message\":\"no\"}"), "no");
  EXPECT_EQ(message_in("plain words\n"), "plain words");
}

}  // namespace
}  // namespace aistack::engine
