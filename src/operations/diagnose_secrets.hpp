#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "operations/diagnose_engine.hpp"

namespace aistack::operations {

// The secrets that this installation is known to have, so that they are found wherever they stand:
// what the secret env files hold, the secrets of the services' Compose files, and the values of
// environment variables whose names look secret (of the containers, and as the files have them),
// with the passwords of URLs among them. What could not be read is added to `missing`: those
// secrets are then found by their keys and shapes alone.
std::vector<std::string> known_secrets(Context& context, ports::FileReader& files,
                                       const EngineEvidence& facts,
                                       std::vector<MissingPart>& missing);

// The secrets of one variable "NAME=value"; usually none.
std::vector<std::string> secrets_of_variable(std::string_view variable);

}  // namespace aistack::operations
