#include "operations/logs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/when_all.hpp"
#include "operations/install.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// `model`, installed an hour ago, with lines in its log.
class LogsTest : public ::testing::Test {
 protected:
  LogsTest() {
    if (!world.run(install(world.context, {"model"}, {})))
      throw std::runtime_error("not installed");
    world.events.events.clear();
    EXPECT_TRUE(world.run(sleep(std::chrono::hours{1})));
  }

  Task<> sleep(std::chrono::nanoseconds time) { co_return co_await world.clock.sleep(time); }

  void append_event(const std::string& name) {
    const auto now = std::chrono::floor<milliseconds>(world.clock.now());
    EXPECT_TRUE(world.events.append({.time = now, .name = name, .service = "model"}));
  }

  // What `logs -f` shows while `meanwhile` happens.
  std::vector<std::string> followed(LogsRequest request, const std::function<void()>& meanwhile) {
    std::vector<std::string> shown;
    const LogEntrySink sink = [&](const LogEntry& entry) {
      shown.push_back(entry.text);
      return true;
    };
    request.service = "model";
    request.follow = true;
    const auto then_end = [&]() -> Task<> {
      BOOST_OUTCOME_CO_TRY(co_await world.clock.sleep(seconds{2}));
      meanwhile();
      co_return co_await world.clock.sleep(seconds{2});
    };
    const auto both = [&]() -> Task<> {
      std::vector<Task<>> tasks;
      tasks.push_back(logs(world.context, request, sink));
      tasks.push_back(then_end());
      co_return co_await first_of(std::move(tasks));
    };
    EXPECT_TRUE(world.run(both()));
    return shown;
  }

  testing::World world;
};

TEST_F(LogsTest, NoLinesOfThePastAreFollowedByNone) {
  EXPECT_THAT(followed({.lines = 0}, [] {}), IsEmpty());
}

TEST_F(LogsTest, EventsOfOneMillisecondAreAllShownAndNoneTwice) {
  append_event("first");
  const auto shown = followed({.lines = 1}, [&] {
    append_event("second");
    append_event("third");
  });
  EXPECT_THAT(shown, ElementsAre("started", "first", "second", "third"));
}

}  // namespace
}  // namespace aistack::operations
