#include "operations/swap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::ElementsAre;
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

}  // namespace
}  // namespace aistack::operations
