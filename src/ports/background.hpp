#pragma once

#include <functional>

#include "base/task.hpp"
#include "ports/host.hpp"
#include "ports/state_store.hpp"

namespace aistack::ports {

// What blocking work may use. It outlives the work, also when nobody waits for that any more.
struct Machine {
  Host& host;
  StateStore& state;
};

// Work that may block for ever (a file system whose server is gone), away from the program's one
// thread.
class Background {
 public:
  virtual ~Background() = default;
  // Runs `work` on a thread of its own and waits for its end. kInterrupted when cancelled: the work
  // is then left to itself, so it must own everything that it touches beside the machine.
  // kIo: no thread can be made.
  virtual Task<> run(std::function<void(Machine&)> work) = 0;
};

}  // namespace aistack::ports
