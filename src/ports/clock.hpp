#pragma once

#include <chrono>

#include "base/task.hpp"
#include "base/time.hpp"

namespace aistack::ports {

// Time, so that tests never sleep.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
  virtual SteadyTime steady_now() const = 0;
  // kInterrupted when cancelled.
  virtual Task<> sleep(std::chrono::nanoseconds duration) = 0;
};

}  // namespace aistack::ports
