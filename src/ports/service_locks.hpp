#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/task.hpp"

namespace aistack::ports {

// Held as long as it lives; released by the kernel if the process dies.
class ServiceLock {
 public:
  virtual ~ServiceLock() = default;
};

// Who changes a service has its lock: one process at a time.
class ServiceLocks {
 public:
  virtual ~ServiceLocks() = default;
  // Waits up to `wait` (zero: fails at once). kLocked: `why` names the other's pid and operation.
  // kPermission, kIo. Names are checked by the caller (service names, or "stack").
  virtual Task<std::unique_ptr<ServiceLock>> acquire(std::string service, std::string operation,
                                                     std::chrono::nanoseconds wait) = 0;
};

}  // namespace aistack::ports
