#pragma once

#include "base/task.hpp"
#include "cli/parse.hpp"
#include "cli/session.hpp"

namespace aistack::cli {

// Runs the command and gives the program's exit code: the handler's, or that of its Error after
// it has been rendered; that stdout's reader went away does not change it. When stdout could not be
// written (ENOSPC) it is 1 with a message. Always a value.
Task<int> dispatch(Session& session, const Invocation& invocation);

}  // namespace aistack::cli
