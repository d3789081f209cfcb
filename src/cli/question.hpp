#pragma once

#include <string>

#include "base/task.hpp"
#include "cli/output.hpp"

namespace aistack::cli {

// Can somebody be asked: are standard input and standard error both terminals?
bool can_ask(const Output& output);

// Writes `question` to stderr and waits for a line on standard input, given without its end and
// without spaces around it; "" when the input ends. kInterrupted, kIo.
Task<std::string> ask(Output& output, std::string question);

}  // namespace aistack::cli
