#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/repair.hpp"
#include "operations/stack.hpp"
#include "operations/stop.hpp"
#include "world.hpp"

// `docker pause`: such a container does nothing, and holds its ports and memory all the same.
namespace aistack::operations {
namespace {

using ports::ContainerState;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PausedTest : public ::testing::Test {
 protected:
  aistack::testing::World world_;

  void SetUp() override {
    ASSERT_OK(world_.run(install(world_.context, {"model"}, {})));
    ASSERT_OK(world_.run(world_.engine.pause_container("model")));
    world_.engine.calls.clear();
  }
  Result<DeployReport> start() {
    auto results = world_.run(operations::start(world_.context, {"model"}, {}));
    if (!results) return results.error();
    return std::move(results.value().front().result);
  }
  void change_the_ports() {
    auto& text = world_.files.at("model.yaml");
    text.replace(text.find("127.0.0.1:11434:"), 16, "127.0.0.1:11999:");
    world_.read_catalog();
  }
};

TEST(IsUp, CountsWhatHoldsItsPortsOrWillSoon) {
  EXPECT_TRUE(is_up(ContainerState::running));
  EXPECT_TRUE(is_up(ContainerState::restarting));
  EXPECT_TRUE(is_up(ContainerState::paused));
  EXPECT_FALSE(is_up(ContainerState::created));
  EXPECT_FALSE(is_up(ContainerState::exited));
  EXPECT_FALSE(is_up(ContainerState::dead));
}

TEST_F(PausedTest, AStartResumesIt) {
  const auto report = start();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().action, Deployed::started);
  EXPECT_THAT(world_.engine.changes(),
              ElementsAre("unpause " + world_.engine.find("model")->details.id));
  EXPECT_EQ(world_.engine.find("model")->details.state, ContainerState::running);
}

TEST_F(PausedTest, ARestartEndsIt) {
  auto results = world_.run(restart(world_.context, {"model"}, {}));
  ASSERT_OK(results);
  ASSERT_OK(results.value().front().result);
  EXPECT_EQ(world_.engine.find("model")->starts, 2);
}

// Podman refuses to stop a container as long as it is paused.
TEST_F(PausedTest, AStopResumesItFirst) {
  const auto results = world_.run(stop(world_.context, {"model"}));
  ASSERT_OK(results);
  EXPECT_TRUE(results.value().front().result);
  const auto id = world_.engine.find("model")->details.id;
  EXPECT_THAT(world_.engine.changes(), ElementsAre("unpause " + id, "stop " + id));
}

TEST_F(PausedTest, ARepairReplacesIt) {
  const auto old_id = world_.engine.find("model")->details.id;
  const auto report = world_.run(repair(world_.context, "model", DryRun::no));
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, RepairReport::Outcome::repaired);
  EXPECT_NE(world_.engine.find("model")->details.id, old_id);
  EXPECT_EQ(world_.engine.containers.size(), 1U);
}

TEST_F(PausedTest, AReplacementThatDoesNotStartBringsItBackRunning) {
  change_the_ports();
  const auto old_id = world_.engine.find("model")->details.id;
  world_.engine.fail_next("start", {ErrorCode::kBadContainerSpec, "no such file"});
  const auto report = start();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().state, "the previous container is back as it was");
  EXPECT_EQ(world_.engine.find("model")->details.id, old_id);
  EXPECT_EQ(world_.engine.find("model")->details.state, ContainerState::running);
}

// A port that a container takes between the check and the start is held by the engine's proxy, and
// stopping that would stop the engine.
TEST_F(PausedTest, APortThatAContainerTookMeanwhileIsThatContainers) {
  change_the_ports();
  world_.engine.before_call = [&](const std::string& call,
                                  const std::string&) -> std::optional<Error> {
    if (call != "create") return std::nullopt;
    domain::ContainerSpec thief{.name = "thief"};
    thief.config["Image"] = "other";
    thief.host_config["PortBindings"]["80/tcp"] = nlohmann::json::array({{{"HostPort", "11999"}}});
    world_.engine.add_container(std::move(thief), true);
    world_.host.holders[11999] = {
        .pid = 5, .program = "docker-proxy", .unit = "docker", .address = "127.0.0.1:11999"};
    return std::nullopt;
  };
  const auto report = start();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kPortInUse);
  EXPECT_THAT(report.error().why, HasSubstr("is published by the container thief"));
  EXPECT_THAT(report.error().next, Contains("docker stop thief"));
}

}  // namespace
}  // namespace aistack::operations
