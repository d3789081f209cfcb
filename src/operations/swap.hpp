#pragma once

#include <string>
#include <vector>

#include "operations/context.hpp"

// Replacing a container by another one of the same name, so that at every instant the old one or
// the new one can be brought up: the new one is made beside the old, the old is stopped and kept
// under another name until the new one has started.
namespace aistack::operations {

std::string next_name(const std::string& name);      // "aistack-ollama.aistack-next"
std::string previous_name(const std::string& name);  // "aistack-ollama.aistack-previous"
bool is_swap_name(const std::string& name);

// What must be done to leave an interrupted swap behind, decided from what the engine shows.
struct SwapRemains {
  bool next = false;
  bool previous = false;
  bool current = false;
  bool current_running = false;
};
enum class SettleStep {
  remove_next,
  remove_current,
  remove_previous,
  rename_previous_back,
};
// Which container is kept when both exist: after a crash the new one if it runs; when a swap is
// undone the old one in any case.
enum class SettleFor { recovery, undo };
std::vector<SettleStep> settle_steps(const SwapRemains& seen, SettleFor purpose);

// Carries that out for the container `name`. True: something was there to settle.
Task<bool> settle(Context& context, std::string name,
                  const std::vector<ports::ContainerSummary>& all,
                  SettleFor purpose = SettleFor::recovery);

// Replaces the container `old_name` (usually of the same name) by `spec` and starts it if `start`;
// gives the new one's id.
// On failure, and on Ctrl-C, the old one is back as it was, and `Error::state` says so; if even
// that failed, `Error::state` says what stands, and the next `settle` finishes it.
enum class StartAfterSwap { no, yes };
Task<std::string> swap(Context& context, domain::ContainerSpec spec, std::string old_name,
                       bool old_was_running, StartAfterSwap start);

}  // namespace aistack::operations
