#include "operations/engine_bell.hpp"

#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

// `model`, which ends by itself 3.3 s after its start, just installed.
class EngineBellTest : public ::testing::Test {
 protected:
  EngineBellTest() {
    world.engine.registry["registry/model:1"].behaviour.exits_after = milliseconds(3300);
    installed = world.run(install(world.context, {"model"}, {}));
    begin = world.clock.steady_now();
  }

  // How long a pause of an hour lasts.
  std::chrono::nanoseconds pause(const std::string& project) {
    EngineBell bell{world.io.get_executor()};
    EXPECT_TRUE(
        world.run(bell.during(world.context, project, bell.pause(world.context, hours(1)))));
    return world.clock.steady_now() - begin;
  }

  testing::World world;
  Result<ServiceResults> installed = Error{};
  SteadyTime begin;
};

TEST_F(EngineBellTest, EndsAPauseAsSoonAsAContainerDies) {
  EXPECT_LT(pause("model"), seconds(4));
}

TEST_F(EngineBellTest, DoesNotRingForOthers) {
  EXPECT_GE(pause("chat"), hours(1));
}

TEST_F(EngineBellTest, ConnectsAgainToAnEngineThatWentAway) {
  for (int time = 0; time < 2; ++time)
    world.engine.fail_next("events", {ErrorCode::kEngineUnreachable, "gone"});
  EXPECT_LT(pause("model"), seconds(4));
}

TEST_F(EngineBellTest, OnlyPausesWhereTheEngineTellsNothing) {
  for (int time = 0; time < 5000; ++time)
    world.engine.fail_next("events", {ErrorCode::kEngineFailed, "no events here"});
  EXPECT_GE(pause("model"), hours(1));
}

TEST_F(EngineBellTest, ARingBeforeThePauseIsNotLost) {
  EngineBell bell{world.io.get_executor()};
  const auto late = [&]() -> Task<> {
    BOOST_OUTCOME_CO_TRY(co_await world.clock.sleep(seconds(10)));
    co_return co_await bell.pause(world.context, hours(1));
  };
  EXPECT_TRUE(world.run(bell.during(world.context, "model", late())));
  EXPECT_EQ(world.clock.steady_now() - begin, seconds(10));
}

}  // namespace
}  // namespace aistack::operations
