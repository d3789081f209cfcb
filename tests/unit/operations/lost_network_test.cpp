#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "operations/install.hpp"
#include "operations/labels.hpp"
#include "operations/stop.hpp"
#include "operations/update.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

TEST(LostNetwork, AContainerWhoseNetworkIsGoneIsMadeAnew) {
  testing::World world;
  ASSERT_TRUE(world.run(install(world.context, {"model"}, {})));
  ASSERT_TRUE(world.run(stop(world.context, {"model"})));
  const auto before = world.engine.find("model")->details.id;
  world.engine.fail_next("start", {ErrorCode::kNetworkNotFound, "network ed290903 not found"});
  const auto results = world.run(start(world.context, {"model"}, {}));
  ASSERT_TRUE(results);
  const auto& report = results.value().front().result;
  ASSERT_TRUE(report) << report.error().why;
  EXPECT_EQ(report.value().action, Deployed::recreated);
  EXPECT_THAT(report.value().drifted, ::testing::ElementsAre("networks"));
  EXPECT_NE(world.engine.find("model")->details.id, before);
  EXPECT_EQ(world.engine.find("model")->details.state, ports::ContainerState::running);
}

ports::NetworkDetails model_network(const std::string& id) {
  return {
      .id = id, .name = "model_default", .driver = "bridge", .labels = {{kNetworkLabel, "model"}}};
}

std::size_t model_networks(const testing::World& world) {
  return static_cast<std::size_t>(
      std::count_if(world.engine.networks.begin(), world.engine.networks.end(),
                    [](const auto& each) { return each.second.name == "model_default"; }));
}

// The request of an aistack that was killed came to the engine after all.
TEST(TwinNetwork, GoesWithTheNextInstallation) {
  testing::World world;
  for (const auto* id : {"one", "two"}) world.engine.networks.emplace(id, model_network(id));
  const auto results = world.run(install(world.context, {"model"}, {}));
  ASSERT_OK(results);
  ASSERT_OK(results.value().front().result);
  EXPECT_EQ(model_networks(world), 1U);
}

TEST(TwinNetwork, ThatIsMadeAtTheSameMomentIsUsed) {
  testing::World world;
  world.engine.before_call = [&](const auto& call, const auto&) -> std::optional<Error> {
    if (call == "create_network") world.engine.networks.emplace("twin", model_network("twin"));
    return std::nullopt;
  };
  const auto results = world.run(install(world.context, {"model"}, {}));
  ASSERT_OK(results);
  ASSERT_OK(results.value().front().result);
  EXPECT_EQ(model_networks(world), 1U);
}

// The tag means the version that failed by now: the new container is made of the image that ran.
TEST(LostNetwork, AVersionThatFailedInItsUpdateIsNotPutInThen) {
  testing::World world;
  ASSERT_TRUE(world.run(install(world.context, {"model"}, {})));
  const auto old_image = world.engine.find("model")->details.image_id;
  testing::FakeImage broken{.behaviour = {.http_status = 500}};
  broken.details.id = "sha256:broken";
  world.engine.registry["registry/model:1"] = std::move(broken);
  ASSERT_FALSE(world.run(update(world.context, "model", CheckOnly::no)));
  ASSERT_TRUE(world.run(stop(world.context, {"model"})));
  world.engine.fail_next("start", {ErrorCode::kNetworkNotFound, "network ed290903 not found"});
  const auto results = world.run(start(world.context, {"model"}, {}));
  ASSERT_TRUE(results);
  const auto& report = results.value().front().result;
  ASSERT_TRUE(report) << report.error().why;
  EXPECT_EQ(report.value().action, Deployed::recreated);
  EXPECT_EQ(world.engine.find("model")->details.image_id, old_image);
}

}  // namespace
}  // namespace aistack::operations
