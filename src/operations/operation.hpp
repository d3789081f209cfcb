#pragma once

#include <memory>
#include <string>
#include <vector>

#include "operations/context.hpp"

namespace aistack::operations {

// One operation on one service while it lasts: the lock is held, and what happens is written to
// events.log as service.<verb>.started and service.<verb>.completed or .failed.
class Operation {
 public:
  // Takes the lock (waiting up to Context::lock_timeout), finishes or undoes an update that was
  // killed, and writes the first event. kLocked, and what `recover` fails with.
  static Task<Operation> begin(Context& context, std::string service, std::string verb);

  const std::string& id() const { return id_; }
  // service.<verb>.<what>, with fields. An event that cannot be written is a note, not a failure:
  // the log is there for the administrator, the operation for the service.
  void event(const std::string& what, nlohmann::json fields = nlohmann::json::object());
  void completed(nlohmann::json fields = nlohmann::json::object());
  // Writes .failed or, for Ctrl-C, .interrupted.
  void failed(const Error& error);

 private:
  Operation(Context& context, std::string service, std::string verb,
            std::unique_ptr<ports::ServiceLock> lock);

  Context* context_;
  std::string service_;
  std::string verb_;
  std::string id_;
  std::unique_ptr<ports::ServiceLock> lock_;
};

}  // namespace aistack::operations
