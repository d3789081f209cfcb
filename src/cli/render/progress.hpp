#pragma once

#include <memory>

#include "cli/arguments.hpp"
#include "cli/output.hpp"
#include "operations/progress.hpp"
#include "ports/clock.hpp"

namespace aistack::cli {

// Draws progress on stderr. On a terminal: one live line a service, a pull as a bar with bytes,
// rate and the time left, pulls redrawn at most ten times a second. Elsewhere, and under --json:
// one plain line a step, a pull as a line at its start and one at its end. Nothing under --quiet.
//
// How a service ended is told by the command's answer, or by the error: on a terminal a line shows
// it until that takes its place; elsewhere there is a line where others go on, and under --json,
// whose document comes at the very end.
//
// `output` and `clock` must outlive it. `finish` (and the destructor) takes unfinished lines away,
// before an error is printed.
class ProgressDisplay : public operations::Progress {
 public:
  virtual void finish() = 0;
};
std::unique_ptr<ProgressDisplay> make_progress(Output& output, const ports::Clock& clock,
                                               const GlobalOptions& options);

}  // namespace aistack::cli
