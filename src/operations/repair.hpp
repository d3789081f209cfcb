#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/deploy.hpp"
#include "operations/observe.hpp"

namespace aistack::operations {

// Why a service does not work, as far as that can be told from outside.
enum class Cause {
  unknown,
  port_taken,
  out_of_memory,
  disk_full,
  image_missing,
  network_deleted,
  gpu_lost,
  container_missing,
};
// "its network was deleted"; "" for unknown.
std::string_view to_string(Cause cause);

struct Evidence {
  domain::Verdict verdict;
  domain::Observations seen;
  std::optional<std::string> missing_network;
  bool image_missing = false;
  std::optional<Error> port;                // why a port could not be bound
  std::optional<std::uint64_t> free_bytes;  // where the volumes lie; absent: nobody can tell
  std::vector<std::string> last_lines;      // of the container's log, at most 100
};

// The most telling cause first; empty: none that is known.
std::vector<Cause> causes_of(const Evidence& evidence);

struct RepairReport {
  enum class Outcome { healthy, stopped, planned, repaired };
  std::string service;
  Outcome outcome = Outcome::healthy;
  domain::Verdict before;
  std::vector<Cause> causes;
  std::vector<std::string> steps;                // what is (or, for a dry run, would be) done
  std::string evidence_file;                     // "" when nothing was saved
  domain::Health health = domain::Health::none;  // afterwards
  std::string health_reason;
};

enum class DryRun { no, yes };

// Green: nothing is done. Stopped by the administrator: neither. Otherwise saves the evidence to
// `<service>_repair.json`, sees to network, volumes, secrets and image, and replaces the
// containers; volumes keep their data. The old container stays until the new one has started.
//
// kPortInUse, kDiskFull, kRegistryUnreachable, …: what cannot be mended from here; the evidence is
// kept and nothing else was changed. kNotHealthy: the new container does not become green either.
Task<RepairReport> repair(Context& context, std::string service, DryRun dry_run);

}  // namespace aistack::operations
