#include "operations/update_all.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "support/run.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::HasSubstr;
using Outcome = UpdateReport::Outcome;

class UpdateAll : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto results = world_.run(install(world_.context, {"model", "chat"}, {}));
    ASSERT_OK(results);
    for (const auto& each : results.value()) ASSERT_OK(each.result);
    publish("model", {});
    publish("chat", {});
  }
  void publish(const std::string& service, testing::Behaviour behaviour) {
    testing::FakeImage image{.behaviour = std::move(behaviour)};
    image.details.id = "sha256:new-" + service;
    image.details.digests = {"registry/" + service + "@sha256:new-" + service};
    world_.engine.registry["registry/" + service + ":1"] = std::move(image);
  }
  std::string image_of(const std::string& service) {
    return world_.engine.find(service)->details.image_id;
  }
  Task<std::vector<UpdateResult>> collect(CheckOnly check) {
    std::vector<UpdateResult> results;
    const auto keep = [&results](UpdateResult result) { results.push_back(std::move(result)); };
    BOOST_OUTCOME_CO_TRY(co_await operations::update_all(world_.context, check, keep));
    co_return results;
  }
  Result<std::vector<UpdateResult>> update_all(CheckOnly check = CheckOnly::no) {
    return world_.run(collect(check));
  }

  testing::World world_;
};

TEST_F(UpdateAll, AnUnreadableRecordIsThatServicesOwnTrouble) {
  world_.state.documents["chat_service.json"] = "broken";
  const auto results = update_all();
  ASSERT_OK(results);
  ASSERT_EQ(results.value().size(), 2U);
  EXPECT_EQ(results.value()[0].service, "chat");
  EXPECT_ERROR(results.value()[0].result, ErrorCode::kCorruptState);
  ASSERT_OK(results.value()[1].result);
  EXPECT_EQ(image_of("model"), "sha256:new-model");
}

// Between the two renames of an exchange a service has no container of its own name.
TEST_F(UpdateAll, AServiceWhoseUpdateWasKilledIsNotLeftOut) {
  bool dead = false;
  const Error gone{ErrorCode::kEngineUnreachable, "killed"};
  world_.engine.before_call = [&](const std::string& call, const std::string& name) {
    if (dead) return std::optional{gone};
    dead = call == "rename" && name == "model model.aistack-previous";
    return std::optional<Error>{};
  };
  world_.state.before_write = [&](const std::string&) {
    return dead ? std::optional{gone} : std::nullopt;
  };
  static_cast<void>(world_.run(update(world_.context, "model", CheckOnly::no)));
  world_.engine.before_call = nullptr;
  world_.state.before_write = nullptr;
  ASSERT_EQ(world_.engine.find("model"), nullptr);
  const auto results = update_all();
  ASSERT_OK(results);
  ASSERT_EQ(results.value().size(), 2U);
  for (const auto& each : results.value()) ASSERT_OK(each.result);
  EXPECT_EQ(image_of("model"), "sha256:new-model");
}

TEST_F(UpdateAll, CtrlCKeepsTheResultsAndTellsWhatWasNotReached) {
  publish("chat", {.ready_after = std::chrono::seconds{40}});
  const auto act = [&]() -> Task<std::vector<UpdateResult>> {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    co_return co_await collect(CheckOnly::no);
  };
  const auto running = testing::start(world_.io, act());
  world_.clock.call_in(std::chrono::seconds{5}, [&] { running->cancel(); });
  while (!running->ended()) {
    world_.io.restart();
    while (world_.io.poll() > 0) world_.io.restart();
    if (!running->ended() && !world_.clock.step()) FAIL() << "it waits for ever";
  }
  const auto results = running->take();
  ASSERT_OK(results);
  ASSERT_EQ(results.value().size(), 2U);
  EXPECT_ERROR(results.value()[0].result, ErrorCode::kInterrupted);
  EXPECT_ERROR(results.value()[1].result, ErrorCode::kInterrupted);
  EXPECT_EQ(results.value()[1].result.error().what, "cannot update model");
  EXPECT_EQ(results.value()[1].result.error().state, "nothing was changed");
  EXPECT_NE(image_of("model"), "sha256:new-model");
}

TEST_F(UpdateAll, ACheckChangesNothingAndWritesNoEvent) {
  world_.locks.hold("chat", "restart");
  world_.engine.calls.clear();
  const auto events = world_.events.names();
  const auto results = update_all(CheckOnly::yes);
  ASSERT_OK(results);
  ASSERT_EQ(results.value().size(), 2U);
  for (const auto& each : results.value()) {
    ASSERT_OK(each.result);
    EXPECT_EQ(each.result.value().outcome, Outcome::available);
  }
  EXPECT_EQ(world_.events.names(), events);
  EXPECT_THAT(world_.engine.calls, ::testing::Each(::testing::Not(HasSubstr("pull"))));
}

}  // namespace
}  // namespace aistack::operations
