#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/context.hpp"

namespace aistack::operations {

struct RotateReport {
  enum class Outcome {
    rotated,
    restored,      // it failed, and the service runs with the previous values
    not_restored,  // it failed, and the service does not (yet) run with them
  };
  std::string service;
  Outcome outcome = Outcome::rotated;
  std::vector<std::string> variables;  // their names; never a value
  std::optional<Error> error;          // why it was taken back
};

// New values for the secrets that aistack generated for a service, and its container made anew with
// them. The old values are kept until the container is green; if it does not become so, they come
// back, and the container with them. A service that the administrator stopped stays stopped.
//
// An Error: nothing was changed. kNotFound: not installed, or no generated secrets. After that
// point the outcome tells.
Task<RotateReport> rotate_secrets(Context& context, std::string service);

}  // namespace aistack::operations
