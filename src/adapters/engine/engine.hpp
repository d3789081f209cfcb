#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "adapters/engine/registry_login.hpp"
#include "ports/container_engine.hpp"

namespace aistack::engine {

// How long the engine may take. Each call ends within its deadline, whatever the engine does.
struct EngineDeadlines {
  std::chrono::milliseconds connect{3'000};
  std::chrono::milliseconds call{30'000};            // whole calls that answer at once
  std::chrono::milliseconds create{60'000};          // create and start; stop: this and the grace
  std::chrono::milliseconds silence{120'000};        // between two pieces of a stream
  std::chrono::milliseconds after_interrupt{5'000};  // for the answer to a change that has begun
  std::chrono::milliseconds patience{3'000};         // for a question, before it is said
};

// One call of the API, once it is over; of a stream, once its answer has begun.
struct EngineCall {
  std::string method;
  std::string path;  // without its query
  int status = 0;    // 0: there was no answer
  std::chrono::milliseconds took{};
};
using EngineObserver = std::function<void(const EngineCall& call)>;

// Is told, once, that a question has waited for `patience` and may wait until its deadline.
using SlowObserver =
    std::function<void(std::chrono::milliseconds waited, std::chrono::milliseconds allowed)>;

struct EngineOptions {
  std::string endpoint;  // as parse_endpoint reads it
  EngineDeadlines deadlines;
  LoginSource logins;            // of registries
  EngineObserver observer = {};  // is told each call
  SlowObserver slow = {};
};

// A container engine behind its HTTP API. Cheap: nothing is connected before the first call.
// kBadConfig: the endpoint is not one.
Result<std::unique_ptr<ports::ContainerEngine>> make_engine(boost::asio::any_io_executor executor,
                                                            EngineOptions options);

}  // namespace aistack::engine
