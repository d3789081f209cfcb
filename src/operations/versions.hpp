#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operations/context.hpp"

namespace aistack::operations {

struct ServiceVersion {
  std::string service;
  std::string image;                  // the reference that its container was made from
  std::optional<std::string> digest;  // "REPOSITORY@sha256:…"; absent: never pulled by digest
  std::string image_id;
  std::optional<std::string> locked;  // what versions.lock says
  bool running_locked = false;        // … and the container runs just that
};

struct VersionsReport {
  domain::UpdateMode mode = domain::UpdateMode::rolling;
  std::string lock_file;
  bool lock_exists = false;
  std::vector<ServiceVersion> services;  // those that have a container, by name
};

// What runs, and what is to run.
Task<VersionsReport> versions(Context& context);

struct LockReport {
  std::string lock_file;
  std::map<std::string, std::string> references;  // written, by service
};

// Writes the digests of what runs now to versions.lock: of these services, or of all that have a
// container. Lines of others and comments stay. kNotFound: a service has no container, or an image
// that no registry knows by a digest; nothing was changed then.
Task<LockReport> lock_versions(Context& context, std::vector<std::string> services);

}  // namespace aistack::operations
