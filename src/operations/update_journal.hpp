#pragma once

#include <optional>
#include <string>

#include "domain/update_plan.hpp"
#include "operations/context.hpp"

namespace aistack::operations {

// The plan file of a service's update while it is worked on. Everything that changes the world is
// a step, written before it is begun and after it ended.
class UpdateJournal {
 public:
  UpdateJournal(Context& context, domain::UpdatePlan plan)
      : context_(&context), plan_(std::move(plan)) {}

  domain::UpdatePlan& plan() { return plan_; }
  const domain::UpdatePlan& plan() const { return plan_; }

  // Writes the plan as it stands. kDiskFull, kPermission, kIo: the file is as it was before.
  Result<> save();
  // Runs one step between its two entries. If the first cannot be written, the step is not run.
  Task<> step(std::string name, Task<> action);
  // Closes the plan with this status.
  Result<> close(domain::UpdatePlan::Status status);

 private:
  Context* context_;
  domain::UpdatePlan plan_;
};

// The service's last plan. kCorruptState names the file and how to reset it.
Result<std::optional<domain::UpdatePlan>> read_plan(Context& context, const std::string& service);

// The services that have one. kIo, kPermission: the directory cannot be read.
Result<std::vector<std::string>> planned_services(Context& context);

// Absent: ok.
Result<> remove_plan(Context& context, const std::string& service);

}  // namespace aistack::operations
