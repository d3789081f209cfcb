#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <string>
#include <vector>

#include "operations/context.hpp"
#include "support/check.hpp"
#include "support/fake_clock.hpp"
#include "support/fake_engine.hpp"
#include "support/fake_host.hpp"
#include "support/fake_http.hpp"
#include "support/memory_stores.hpp"

namespace aistack::testing {

// What an operation said, for assertions.
class RecordedProgress final : public operations::Progress {
 public:
  std::vector<std::string> lines;
  void step(const std::string& service, const std::string& text) override {
    lines.push_back(service + ": " + text);
  }
  void pull(const std::string&, const operations::PullTotals&) override {}
  void done(const std::string& service, const std::string& text) override {
    lines.push_back(service + ": done " + text);
  }
  void failed(const std::string& service, const std::string& text) override {
    lines.push_back(service + ": failed " + text);
  }
  void note(const std::string& service, const std::string& text) override {
    lines.push_back(service + ": note " + text);
  }
};

// A machine with an engine in memory and a catalog of two services: `model` (port 11434, a volume)
// and `chat` (port 3000, a volume, a secret).
class World {
 public:
  World();

  boost::asio::io_context io;
  FakeClock clock{io};
  FakeEngine engine{io, clock};
  FakeHttp http{io, clock, &engine};
  InMemoryStateStore state;
  InMemoryEventLog events;
  FakeSecretStore secrets;
  FakeLocks locks{io, clock};
  FakeHost host;
  RecordedProgress progress;
  domain::Paths paths;
  domain::Settings settings;
  domain::VersionsLock versions;
  std::map<std::string, std::string> files;  // the catalog's, by name
  operations::Catalog catalog{{}, {}, {}};
  operations::Context context;

  void read_catalog();
  template <class T>
  T run(boost::asio::awaitable<T> task) {
    return run_virtual(io, clock, without_throwing(std::move(task)));
  }

 private:
  // As app::run has it: Ctrl-C is an error of the wait, not an exception.
  template <class T>
  static boost::asio::awaitable<T> without_throwing(boost::asio::awaitable<T> task) {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_return co_await std::move(task);
  }
  int operations_ = 0;
};

}  // namespace aistack::testing
