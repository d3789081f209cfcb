#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "operations/context.hpp"

namespace aistack::operations {

// One line of `aistack logs`: of a container, or an event of aistack's own.
struct LogEntry {
  std::optional<Time> time;
  std::string source;  // the container's name, or "aistack"
  bool error_stream = false;
  std::string text;
};

struct LogsRequest {
  std::string service;
  // How many lines of each container, and at most how many events, from the end. Absent: all.
  std::optional<std::uint64_t> lines = 100;
  std::optional<Time> since;
  bool follow = false;
};

// False from the sink: enough, nobody reads any more.
using LogEntrySink = std::function<bool(const LogEntry&)>;

// The lines of a service's containers and the events of that service, in time order. Memory does
// not grow with the log: the main container's lines pass through, those of side containers are
// bounded (the oldest give way). `follow` goes on over restarts and replacements of the container
// until it is cancelled.
// kNotFound: not installed.
Task<> logs(Context& context, LogsRequest request, LogEntrySink sink);

}  // namespace aistack::operations
