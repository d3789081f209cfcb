#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cli/output.hpp"

namespace aistack::cli {

// The answer of a command under --json: one document, indented by two, a newline at its end.
// Bytes that are not UTF-8 are replaced.
void print_json(Output& output, const nlohmann::ordered_json& document);
void print_json(Output& output, const nlohmann::json& document);
// One line a document (`status --watch --json`, `logs --json`).
void print_json_line(Output& output, const nlohmann::ordered_json& document);

}  // namespace aistack::cli
