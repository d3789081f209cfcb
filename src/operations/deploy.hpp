#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "domain/health_policy.hpp"
#include "operations/context.hpp"
#include "operations/pull.hpp"
#include "operations/resources.hpp"
#include "operations/stack.hpp"

// Bringing the containers of one service to what its file says. Used by everything that creates
// containers: install, start, repair, update.
namespace aistack::operations {

struct DeployOptions {
  PullPolicy pull = PullPolicy::missing;
  bool start = true;
  bool wait = true;
  bool recreate = false;  // replace every container, whether it drifted or not
  bool restart = false;   // end what runs first, once all that the new start needs is there
  std::optional<std::chrono::nanoseconds> timeout;  // absent: the catalog's start-up time
};

enum class Deployed { unchanged, created, started, recreated };
std::string_view to_string(Deployed action);

struct DeployReport {
  std::string service;
  Deployed action = Deployed::unchanged;
  std::vector<std::string> drifted;  // keys, when recreated
  bool gpu_dropped = false;
  domain::Health health = domain::Health::none;
  std::string health_reason;
};

// An error after which nobody knows whether the engine has done what it was asked last.
bool lost_engine(ErrorCode code);

// What all services of one command need to know, asked once.
struct EngineFacts {
  std::vector<ports::ContainerSummary> containers = {};
  bool gpu = false;  // asked for only when one of the services wants a GPU
  VolumesRoot volumes_root = VolumesRoot::exists;  // before the first of them makes it
};
Task<EngineFacts> engine_facts(Context& context, const std::vector<const CatalogEntry*>& entries);
// The part of it that the engine takes longest to tell (Docker starts its runtime for the answer).
Task<> ask_gpu(Context& context, const std::vector<const CatalogEntry*>& entries,
               EngineFacts& facts);

// Leaves replacements behind that a killed aistack did not finish, and brings `containers` up to
// date. The caller holds the locks of all entries.
Task<> settle_interrupted(Context& context, const std::vector<const CatalogEntry*>& entries,
                          std::vector<ports::ContainerSummary>& containers);

// What stands in the way of deploying the service, before anything is changed: a container of
// somebody else that has our name (kNameInUse), a port that is taken (kPortInUse).
Result<> preflight(Context& context, const CatalogEntry& entry,
                   const std::vector<ports::ContainerSummary>& containers);

// Missing containers are created, drifted ones replaced, stopped and paused ones started, all in
// the order of depends_on; then waits for green. The caller holds the service's lock and has called
// `preflight`.
//
// On failure `Error::state` says what stands: a failure before the first container was touched
// changes nothing; a replacement that fails brings the old container back; a new container that
// does not start is removed again; what a restart had stopped runs again. Only one that starts and
// does not become green is left, to be looked at.
Task<DeployReport> deploy(Context& context, const CatalogEntry& entry, EngineFacts facts,
                          DeployOptions options);

}  // namespace aistack::operations
