#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/stop.hpp"
#include "world.hpp"

// A restart ends what runs only once the new start can be expected to work, and leaves nothing
// stopped that ran.
namespace aistack::operations {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kPair = R"(
services:
  first:
    image: registry/model:1
    container_name: first
  second:
    image: registry/chat:1
    container_name: second
    depends_on: [first]
)";

class RestartTest : public ::testing::Test {
 protected:
  aistack::testing::World world_;

  void SetUp() override { install("model"); }
  void install(const std::string& service) {
    const auto results = world_.run(operations::install(world_.context, {service}, {}));
    ASSERT_OK(results);
    ASSERT_OK(results.value().front().result);
    world_.engine.calls.clear();
  }
  Result<DeployReport> restart(const std::string& service = "model") {
    auto results = world_.run(operations::restart(world_.context, {service}, {}));
    if (!results) return results.error();
    return std::move(results.value().front().result);
  }
  void edit(const std::string& before, const std::string& after) {
    auto& text = world_.files.at("model.yaml");
    text.replace(text.find(before), before.size(), after);
    world_.read_catalog();
  }
  ports::ContainerState state(const std::string& name = "model") {
    return world_.engine.find(name)->details.state;
  }
};

TEST_F(RestartTest, EndsAndStartsTheSameContainer) {
  const auto id = world_.engine.find("model")->details.id;
  const auto report = restart();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().action, Deployed::started);
  EXPECT_EQ(world_.engine.find("model")->details.id, id);
  EXPECT_EQ(world_.engine.find("model")->starts, 2);
}

TEST_F(RestartTest, StopsNothingBeforeTheNewImageIsThere) {
  edit("registry/model:1", "registry/model:2");
  const auto report = restart();
  ASSERT_FALSE(report);
  EXPECT_TRUE(nothing_changed(report.error()));
  EXPECT_THAT(world_.engine.calls, Not(Contains(HasSubstr("stop"))));
  EXPECT_EQ(state(), ports::ContainerState::running);
}

TEST_F(RestartTest, AReplacementThatDoesNotStartLeavesTheOldContainerRunning) {
  const auto id = world_.engine.find("model")->details.id;
  edit("127.0.0.1:11434:", "127.0.0.1:11999:");
  world_.engine.fail_next("start", {ErrorCode::kBadContainerSpec, "no such file"});
  const auto report = restart();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().state, "the previous container is back as it was");
  EXPECT_EQ(world_.engine.find("model")->details.id, id);
  EXPECT_EQ(state(), ports::ContainerState::running);
}

TEST_F(RestartTest, InterruptedAfterTheStopItRunsAgain) {
  world_.engine.fail_next("start", {ErrorCode::kInterrupted, "interrupted"});
  const auto report = restart();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(report.error().state, "what ran before runs again");
  EXPECT_EQ(state(), ports::ContainerState::running);
}

TEST_F(RestartTest, AStopWhoseAnswerIsLostIsTakenBack) {
  world_.engine.fail_after("stop", {ErrorCode::kEngineTimeout, "no answer"});
  const auto report = restart();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().state, "what ran before runs again");
  EXPECT_EQ(state(), ports::ContainerState::running);
}

TEST_F(RestartTest, WhatCannotBeStartedAgainIsSaidToBeStopped) {
  for (int i = 0; i < 2; ++i)
    world_.engine.fail_next("start", {ErrorCode::kGpuUnavailable, "no runtime nvidia"});
  const auto report = restart();
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().state,
              HasSubstr("model is stopped and could not be started again: no runtime nvidia"));
  EXPECT_THAT(report.error().next, Contains("aistack start model"));
}

TEST_F(RestartTest, OfTwoContainersTheSecondComesBackToo) {
  world_.files["pair.yaml"] = kPair;
  world_.read_catalog();
  install("pair");
  bool failed = false;
  world_.engine.before_call = [&](const std::string& call,
                                  const std::string& name) -> std::optional<Error> {
    const auto* second = world_.engine.find("second");
    if (failed || call != "start" || name != second->details.id) return std::nullopt;
    failed = true;
    return Error{ErrorCode::kEngineFailed, "device busy"};
  };
  const auto report = restart("pair");
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().state, HasSubstr("1 of 2 containers were restarted"));
  EXPECT_EQ(state("first"), ports::ContainerState::running);
  EXPECT_EQ(state("second"), ports::ContainerState::running);
}

TEST_F(RestartTest, WhatWasStoppedIsNotStartedByAFailure) {
  ASSERT_OK(world_.run(stop(world_.context, {"model"})));
  world_.engine.fail_next("start", {ErrorCode::kEngineFailed, "device busy"});
  const auto report = restart();
  ASSERT_FALSE(report);
  EXPECT_TRUE(nothing_changed(report.error()));
  EXPECT_EQ(state(), ports::ContainerState::exited);
}

TEST_F(RestartTest, AServiceThatIsNamedTwiceIsStoppedOnce) {
  const auto results = world_.run(stop(world_.context, {"model", "model"}));
  ASSERT_OK(results);
  ASSERT_EQ(results.value().size(), 1U);
  EXPECT_TRUE(results.value().front().result);
  EXPECT_EQ(state(), ports::ContainerState::exited);
}

}  // namespace
}  // namespace aistack::operations
