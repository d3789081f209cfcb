#include "base/error.hpp"

#include <utility>

namespace aistack {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInternal:
      return "internal";
    case ErrorCode::kInterrupted:
      return "interrupted";
    case ErrorCode::kUsage:
      return "usage";
    case ErrorCode::kBadConfig:
      return "bad_config";
    case ErrorCode::kBadCatalog:
      return "bad_catalog";
    case ErrorCode::kBadVersionsLock:
      return "bad_versions_lock";
    case ErrorCode::kUnknownService:
      return "unknown_service";
    case ErrorCode::kEngineUnreachable:
      return "engine_unreachable";
    case ErrorCode::kEngineDenied:
      return "engine_denied";
    case ErrorCode::kEngineTooOld:
      return "engine_too_old";
    case ErrorCode::kEngineTimeout:
      return "engine_timeout";
    case ErrorCode::kEngineProtocol:
      return "engine_protocol";
    case ErrorCode::kEngineFailed:
      return "engine_failed";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kNameInUse:
      return "name_in_use";
    case ErrorCode::kImageNotFound:
      return "image_not_found";
    case ErrorCode::kImagePlatform:
      return "image_platform";
    case ErrorCode::kRegistryUnreachable:
      return "registry_unreachable";
    case ErrorCode::kRegistryDenied:
      return "registry_denied";
    case ErrorCode::kPortInUse:
      return "port_in_use";
    case ErrorCode::kGpuUnavailable:
      return "gpu_unavailable";
    case ErrorCode::kNetworkNotFound:
      return "network_not_found";
    case ErrorCode::kVolumeInUse:
      return "volume_in_use";
    case ErrorCode::kDiskFull:
      return "disk_full";
    case ErrorCode::kBadContainerSpec:
      return "bad_container_spec";
    case ErrorCode::kNotHealthy:
      return "not_healthy";
    case ErrorCode::kTimeout:
      return "timeout";
    case ErrorCode::kLocked:
      return "locked";
    case ErrorCode::kCorruptState:
      return "corrupt_state";
    case ErrorCode::kNewerSchema:
      return "newer_schema";
    case ErrorCode::kPermission:
      return "permission";
    case ErrorCode::kIo:
      return "io";
  }
  return "internal";
}

Error with_what(Error error, std::string what) {
  if (error.what.empty()) error.what = std::move(what);
  return error;
}

Error with_state(Error error, std::string state) {
  if (error.state.empty()) error.state = std::move(state);
  return error;
}

Error unchanged(Error error) {
  return with_state(std::move(error), std::string{kNothingChanged});
}

bool nothing_changed(const Error& error) {
  return error.state == kNothingChanged;
}

Error with_next(Error error, std::string next) {
  error.next.push_back(std::move(next));
  return error;
}

}  // namespace aistack
