#pragma once

#include <string>
#include <vector>

#include "operations/deploy.hpp"

namespace aistack::operations {

// The outcome of one service among several; services succeed and fail on their own.
struct ServiceResult {
  std::string service;
  Result<DeployReport> result;
};
using ServiceResults = std::vector<ServiceResult>;

// Installs services: network, volumes, secrets, image, container, start, green. Idempotent: what
// is there and unchanged is left alone, what drifted is replaced, what is stopped is started.
//
// The Error is for what is wrong with the request or the engine, or with any of the services
// before anything was changed (catalog, names, ports, locks); after that each has its own result.
Task<ServiceResults> install(Context& context, std::vector<std::string> services,
                             DeployOptions options);

// Starts installed services; a missing or drifted container is recreated. kNotFound: one of them
// is not installed.
Task<ServiceResults> start(Context& context, std::vector<std::string> services,
                           DeployOptions options);

// Stops, then starts; the containers stay the same unless they drifted. What the new start needs is
// fetched before the stop, and what ran runs again if the new start fails.
Task<ServiceResults> restart(Context& context, std::vector<std::string> services,
                             DeployOptions options);

}  // namespace aistack::operations
