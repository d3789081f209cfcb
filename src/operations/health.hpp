#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "operations/status.hpp"

namespace aistack::operations {

struct HealthReport {
  Time at{};
  StatusReport status;
  // What the engine offers to containers.
  bool engine_gpu = false;
  std::vector<std::string> runtimes;
};

// Looks at every installed service closely and at once: one that hangs costs its own probe's
// timeout only. Changes nothing (but see `status`).
Task<HealthReport> health(Context& context);

// The report as `--json` and health_report.json have it.
nlohmann::ordered_json to_json(const HealthReport& report);

// Writes health_report.json; gives its path.
Result<std::string> save(Context& context, const HealthReport& report);

}  // namespace aistack::operations
