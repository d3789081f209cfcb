#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ports/state_store.hpp"

namespace aistack::operations {

// What aistack remembers of an installed service beside its containers: `<service>_service.json`.
// Its presence is what "installed" means when the container is gone.
struct ServiceRecord {
  enum class Wanted { running, stopped };
  std::string service;
  Time installed_at{};
  Wanted wanted = Wanted::running;
};

Result<std::optional<ServiceRecord>> read_record(ports::StateStore& state,
                                                 const std::string& service);
Result<> write_record(ports::StateStore& state, const ServiceRecord& record);
// The services of the documents whose names end so, sorted. kIo, kPermission.
Result<std::vector<std::string>> services_with(ports::StateStore& state, std::string_view suffix);
// The services that have one, sorted. kIo, kPermission: the directory cannot be read.
Result<std::vector<std::string>> recorded_services(ports::StateStore& state);
// Absent: ok.
Result<> remove_record(ports::StateStore& state, const std::string& service);

}  // namespace aistack::operations
