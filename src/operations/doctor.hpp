#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "operations/context.hpp"
#include "ports/background.hpp"

// Is everything there that aistack needs? Reads only.
namespace aistack::operations {

struct Check {
  enum class Result { ok, warning, failure, skipped };
  std::string name;  // "engine", "disk /var/lib/aistack"
  Result result = Result::ok;
  std::string detail;            // what was seen; of a skipped one: why
  std::vector<std::string> fix;  // what to type, best first
};
std::string_view to_string(Check::Result result);
using Checks = std::vector<Check>;

struct DoctorRequest {
  // What could not be read when the context was opened (cli::Session::open_anyway).
  std::vector<Error> problems;
  // After this, a group of checks that has not answered is a failure of its own.
  std::chrono::nanoseconds limit = std::chrono::seconds{4};
};

struct DoctorReport {
  Checks checks;
  bool healthy() const;  // nothing fails; warnings do not count
};

// All checks at once. What hangs (an engine that accepts and never answers, a dead network file
// system) costs its own rows and at most the limit. kInterrupted is the only error.
Task<DoctorReport> doctor(Context& context, ports::Background& background, DoctorRequest request);

}  // namespace aistack::operations
