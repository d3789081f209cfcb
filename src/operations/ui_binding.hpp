#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/update_plan.hpp"
#include "operations/context.hpp"

namespace aistack::operations {

inline constexpr auto kUiBinding = "ui_binding.json";

// That document: which backend the UI talks to, and the journal of a switch while it lasts.
struct UiBinding {
  enum class Status {
    bound,      // `backend` is what the UI has stored
    switching,  // open: to be taken back by whoever finds it
  };
  std::string ui;
  std::string backend;   // of a switch: where it was to go
  std::string previous;  // "" if unknown
  Status status = Status::bound;
  bool was_running = false;
  Time since{};
  std::string operation;
  std::vector<domain::PlanSnapshot> snapshots;  // of the UI's settings, before the switch
};

Result<std::optional<UiBinding>> read_binding(Context& context);
Result<> write_binding(Context& context, const UiBinding& binding);

// Takes a switch back: the UI is stopped, its saved settings take their place again, and it is
// started if it ran. Can be repeated after any interruption. Does not wait for green.
Task<> take_back(Context& context, UiBinding binding);

// Takes back a switch of this UI that was killed, or removes what a finished one left. The caller
// holds the service's lock. True: there was something to do.
Task<bool> recover_binding(Context& context, std::string service);

}  // namespace aistack::operations
