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

// Ctrl-C while the engine does something that is not to be interrupted, and before the wait for it.
TEST_F(EngineBellTest, ACtrlCBeforeTheWaitIsNotLost) {
  EngineBell bell{world.io.get_executor()};
  const auto act_and_wait = [&]() -> Task<> {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    static_cast<void>(co_await shielded(world.clock.sleep(seconds(10))));
    co_return co_await bell.during(world.context, "chat", bell.pause(world.context, hours(1)));
  };
  const auto running = testing::start(world.io, act_and_wait());
  world.clock.call_in(seconds(5), [&] { running->cancel(); });
  while (!running->ended()) {
    world.io.restart();
    while (world.io.poll() > 0) world.io.restart();
    if (!running->ended() && !world.clock.step()) FAIL() << "it waits for ever";
  }
  EXPECT_ERROR(running->take(), ErrorCode::kInterrupted);
  EXPECT_LT(world.clock.steady_now() - begin, hours(1));
}

}  // namespace
}  // namespace aistack::operations
