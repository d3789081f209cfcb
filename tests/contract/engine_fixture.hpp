#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ports/container_engine.hpp"
#include "support/check.hpp"
#include "support/fake_engine.hpp"
#include "support/run.hpp"

namespace aistack::testing {

// The contract of ports::ContainerEngine, held against the fake, Docker and Podman alike. Where
// they are comes from the lab: AISTACK_TEST_DOCKER, AISTACK_TEST_PODMAN, AISTACK_TEST_REGISTRY,
// AISTACK_TEST_IMAGE; a variable that is missing fails the test.
class EngineContract : public ::testing::TestWithParam<std::string> {
 protected:
  // What a container of the test's image does, beyond answering at its port.
  enum class Kind { plain, exits_with_3, no_such_program, talks };

  void SetUp() override;
  void TearDown() override;

  bool is_fake() const { return GetParam() == "fake"; }
  bool is_podman() const { return GetParam() == "podman"; }

  template <class T>
  T run(boost::asio::awaitable<T> task) {
    return is_fake() ? run_virtual(io_, *clock_, std::move(task))
                     : testing::run(io_, std::move(task));
  }
  // Goes on until `done`; fails the test if that takes too long.
  void run_until(const std::function<bool()>& done);

  // A name of this test only, whose object is removed after it.
  std::string name(const std::string& stem);
  domain::ContainerSpec spec(const std::string& name, Kind kind = Kind::plain);
  // Creates and, for the fake, makes it behave as `kind` says. Fails the test on an error.
  std::string create(domain::ContainerSpec spec, Kind kind = Kind::plain);
  std::string start(const std::string& stem, Kind kind = Kind::plain);
  ports::ContainerDetails inspect(const std::string& name);
  // A TCP port of 127.0.0.1 that is free now.
  static int free_port();

  boost::asio::io_context io_;
  std::unique_ptr<FakeClock> clock_;
  FakeEngine* fake_ = nullptr;
  std::unique_ptr<ports::ContainerEngine> engine_;
  std::string image_;
  std::string registry_;

 private:
  std::vector<std::string> names_;
};

std::string variable(const char* name);

}  // namespace aistack::testing
