#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/error.hpp"
#include "cli/output.hpp"

namespace aistack::cli {

// What a failed operation left behind, for the exit code.
enum class Aftermath {
  plain,         // the code of the error decides
  restored,      // the previous state is back: 4
  not_restored,  // it is not: 5
};

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitEngine = 3;
inline constexpr int kExitRestored = 4;
inline constexpr int kExitNotRestored = 5;
inline constexpr int kExitNotHealthy = 6;
inline constexpr int kExitInterrupted = 130;

int exit_code(ErrorCode code, Aftermath aftermath = Aftermath::plain);

// "error: WHAT" and, indented, why, state and next; several lines of one field stand below each
// other. Ends with a newline. Control characters are escaped.
std::string error_text(const Error& error, bool color);
// {"error": {"code", "what", "why", "state", "next": […]}}; absent fields are "" and [].
nlohmann::ordered_json error_json(const Error& error);
// The same for a command that prints it itself, as a part of its answer: the output's witness is
// told, as `print_error` does.
nlohmann::ordered_json error_json(const Output& output, const Error& error);

// Prints to stderr as text, with `json` to stdout as JSON (one document, as every --json answer).
void print_error(Output& output, const Error& error, bool json);
// "note: …" on stderr; nothing with `quiet`.
void print_note(Output& output, std::string_view text, bool quiet);

}  // namespace aistack::cli
