#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace aistack::ports {

// One thing that aistack did or saw. `name` is dotted: "service.install.completed".
struct Event {
  Time time{};
  std::string name;
  std::string service;    // "" if about none
  std::string operation;  // operation id: "20261123T100000-1a2b"
  nlohmann::json fields = nlohmann::json::object();
};

// events.log: JSON lines, appended in one write each, so that lines of several processes do not
// mix. The file is reopened when it was renamed away (logrotate).
class EventLog {
 public:
  virtual ~EventLog() = default;
  // kPermission, kDiskFull, kIo: nothing was appended.
  virtual Result<> append(const Event& event) = 0;
  // The last `count` events of `service` since `since`, oldest first. Memory is bounded by
  // `count`, whatever the size of the file; lines that cannot be read are passed over.
  virtual Result<std::vector<Event>> tail(const std::string& service, std::size_t count,
                                          std::optional<Time> since) = 0;
};

}  // namespace aistack::ports
