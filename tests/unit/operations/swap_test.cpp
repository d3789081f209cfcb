#include "operations/swap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/status.hpp"
#include "operations/stop.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(SettleSteps, NothingToDoAfterACompleteSwap) {
  EXPECT_THAT(settle_steps({.current = true, .current_running = true}, SettleFor::recovery),
              IsEmpty());
}

TEST(SettleSteps, ANewContainerThatNeverTookOverGoes) {
  EXPECT_THAT(settle_steps({.next = true, .current = true}, SettleFor::recovery),
              ElementsAre(SettleStep::remove_next));
}

TEST(SettleSteps, TheOldContainerGetsItsNameBack) {
  EXPECT_THAT(settle_steps({.next = true, .previous = true}, SettleFor::recovery),
              ElementsAre(SettleStep::remove_next, SettleStep::rename_previous_back));
}

TEST(SettleSteps, ANewContainerThatRunsStaysAfterACrashAndGoesWhenUndone) {
  const SwapRemains seen{.previous = true, .current = true, .current_running = true};
  EXPECT_THAT(settle_steps(seen, SettleFor::recovery), ElementsAre(SettleStep::remove_previous));
  EXPECT_THAT(settle_steps(seen, SettleFor::undo),
              ElementsAre(SettleStep::remove_current, SettleStep::rename_previous_back));
}

// Every call of a replacement fails once, with and without its effect: one container is left, it
// has the right name, and it runs.
TEST(Swap, LeavesOneRunningContainerWhicheverCallFails) {
  for (const bool takes_effect : {false, true}) {
    for (const std::string call : {"create", "stop", "rename", "start", "remove"}) {
      testing::World world;
      ASSERT_OK(world.run(install(world.context, {"model"}, {})));
      auto& text = world.files.at("model.yaml");
      text.replace(text.find("127.0.0.1:11434:"), 16, "127.0.0.1:11999:");
      world.read_catalog();
      const Error cut{ErrorCode::kEngineProtocol, "cut off"};
      if (takes_effect)
        world.engine.fail_after(call, cut);
      else
        world.engine.fail_next(call, cut);
      static_cast<void>(world.run(install(world.context, {"model"}, {})));
      // The next command of any kind that touches the service settles the rest.
      ASSERT_OK(world.run(start(world.context, {"model"}, {})));
      EXPECT_EQ(world.engine.containers.size(), 1U) << call << takes_effect;
      ASSERT_NE(world.engine.find("model"), nullptr) << call << takes_effect;
      EXPECT_EQ(world.engine.find("model")->details.state, ports::ContainerState::running)
          << call << takes_effect;
    }
  }
}

// `model`, installed, whose file then asks for something else.
class Replacement : public ::testing::Test {
 protected:
  Replacement() {
    if (!install({})) throw std::runtime_error("the service cannot be installed");
    auto& text = world_.files.at("model.yaml");
    text.replace(text.find("127.0.0.1:11434:"), 16, "127.0.0.1:11999:");
    world_.read_catalog();
  }
  Result<DeployReport> install(DeployOptions options) {
    auto results = world_.run(operations::install(world_.context, {"model"}, options));
    if (!results) return results.error();
    return std::move(results.value().front().result);
  }
  ports::ContainerState state() { return world_.engine.find("model")->details.state; }

  testing::World world_;
};

TEST_F(Replacement, IsDoneThoughTheOldContainerCannotBeRemovedYet) {
  const auto old = world_.engine.find("model")->details.id;
  world_.engine.fail_next("remove", {ErrorCode::kEngineFailed, "driver failed to remove it"});
  const auto result = install({});
  ASSERT_OK(result);
  EXPECT_EQ(result.value().action, Deployed::recreated);
  EXPECT_THAT(world_.progress.lines, Contains(HasSubstr("driver failed to remove it")));
  ASSERT_OK(world_.run(status(world_.context)));
  EXPECT_EQ(world_.engine.containers.size(), 1U);
  EXPECT_NE(world_.engine.find("model")->details.id, old);
}

TEST_F(Replacement, ThatIsNotStartedIsTakenBackWhereTheOldContainerCannotBeRemoved) {
  const auto old = world_.engine.find("model")->details.id;
  world_.engine.fail_next("remove", {ErrorCode::kEngineFailed, "driver failed to remove it"});
  const auto result = install({.start = false});
  EXPECT_ERROR(result, ErrorCode::kEngineFailed);
  EXPECT_EQ(result.error().state, "the previous container is back as it was");
  EXPECT_EQ(world_.engine.find("model")->details.id, old);
  EXPECT_EQ(state(), ports::ContainerState::running);
}

TEST_F(Replacement, ThatIsKilledLeavesTheServiceRunning) {
  int kills = 0;
  for (;; ++kills) {
    bool dead = false;
    world_.engine.before_call = [&, left = kills](const std::string& call,
                                                  const std::string&) mutable {
      const bool changes = call == "create" || call == "stop" || call == "rename" ||
                           call == "start" || call == "remove";
      if (changes && !dead) dead = left-- == 0;
      return dead ? std::optional{Error{ErrorCode::kIo, "killed"}} : std::nullopt;
    };
    static_cast<void>(install({}));
    world_.engine.before_call = nullptr;
    if (!dead) break;
    ASSERT_OK(world_.run(status(world_.context)));
    EXPECT_EQ(world_.engine.containers.size(), 1U) << kills;
    ASSERT_NE(world_.engine.find("model"), nullptr) << kills;
    EXPECT_EQ(state(), ports::ContainerState::running) << kills;
  }
  EXPECT_GE(kills, 5);
}

TEST_F(Replacement, OfAServiceThatIsToBeStoppedLeavesItStopped) {
  ASSERT_OK(world_.run(stop(world_.context, {"model"})));
  auto spec = world_.engine.find("model")->spec;
  spec.name = next_name("model");
  ASSERT_OK(world_.run(world_.engine.create_container(spec)));
  ASSERT_OK(world_.run(status(world_.context)));
  EXPECT_EQ(world_.engine.containers.size(), 1U);
  EXPECT_EQ(state(), ports::ContainerState::exited);
}

}  // namespace
}  // namespace aistack::operations
