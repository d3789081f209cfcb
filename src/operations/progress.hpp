#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace aistack::operations {

// How far a pull is, all layers together.
struct PullTotals {
  std::string image;
  int layers_done = 0;
  int layers = 0;
  std::uint64_t bytes_done = 0;
  std::optional<std::uint64_t> bytes_total;  // absent while the engine does not know it
};

// Where an operation says what it is doing. The command line draws it; the agent logs it.
// Calls are cheap and never fail. Several services may report in turn.
class Progress {
 public:
  virtual ~Progress() = default;
  // A step begins: "creating container", "waiting for green". It lasts until the next call of
  // `step`, `done` or `failed` for the same service.
  virtual void step(const std::string& service, const std::string& text) = 0;
  // Called often. Without an image: the pull has come to nothing.
  virtual void pull(const std::string& service, const PullTotals& totals) = 0;
  virtual void done(const std::string& service, const std::string& text) = 0;
  virtual void failed(const std::string& service, const std::string& text) = 0;
  // Something to know that stops nothing: "no GPU runtime: the GPU reservation was dropped".
  virtual void note(const std::string& service, const std::string& text) = 0;
};

}  // namespace aistack::operations
