#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/remove.hpp"
#include "operations/stop.hpp"
#include "world.hpp"

// A volume that exists, bound to a directory that does not: most often its disk is not mounted.
namespace aistack::operations {
namespace {

using ::testing::HasSubstr;

class LostDirectory : public ::testing::Test {
 protected:
  LostDirectory() {
    world.host.trees["/volumes"] = 0;
    if (!world.run(install(world.context, {"model"}, {})))
      throw std::runtime_error("not installed");
  }

  // Not everything below it: what is around the mount point stays.
  void lose(const std::filesystem::path& path) { ASSERT_OK(world.host.remove_tree(path)); }

  Result<DeployReport> first(Result<ServiceResults> results) {
    if (!results) return results.error();
    return results.value().front().result;
  }

  testing::World world;
};

TEST_F(LostDirectory, IsNotReplacedByAnEmptyOne) {
  ASSERT_OK(world.run(stop(world.context, {"model"})));
  lose("/volumes");
  const auto started = first(world.run(start(world.context, {"model"}, {})));
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().why, HasSubstr("was in /volumes/model_data, which does not exist"));
  EXPECT_THAT(started.error().next.front(), HasSubstr("mount the disk"));
  EXPECT_EQ(started.error().state, kNothingChanged);
  EXPECT_FALSE(world.host.exists("/volumes/model_data"));
  EXPECT_NE(world.engine.find("model")->details.state, ports::ContainerState::running);
}

TEST_F(LostDirectory, IsNotMadeInAnEmptyMountPointEither) {
  ASSERT_OK(world.run(remove(world.context, "model", {})));
  lose("/volumes/model_data");
  EXPECT_FALSE(first(world.run(install(world.context, {"model"}, {}))));
}

TEST_F(LostDirectory, OfAStackThatWasWipedIsMadeAgain) {
  ASSERT_OK(world.run(remove(world.context, "model", {})));
  lose("/volumes");
  ASSERT_OK(first(world.run(install(world.context, {"model"}, {}))));
  EXPECT_TRUE(world.host.exists("/volumes/model_data"));
}

TEST_F(LostDirectory, OfAStateThatWasWipedUnderItsContainersIsMadeAgain) {
  ASSERT_OK(world.run(world.clock.sleep(std::chrono::seconds{5})));
  world.state.documents.clear();
  lose("/volumes");
  ASSERT_OK(first(world.run(install(world.context, {"model"}, {}))));
  EXPECT_TRUE(world.host.exists("/volumes/model_data"));
}

// What one service has made is no sign of a disk to the others.
TEST_F(LostDirectory, OfSeveralServicesIsMadeAgainForEach) {
  ASSERT_OK(first(world.run(install(world.context, {"chat"}, {}))));
  ASSERT_OK(world.run(world.clock.sleep(std::chrono::seconds{5})));
  world.state.documents.clear();
  lose("/volumes");
  world.engine.before_call = [this](const auto&, const auto& name) -> std::optional<Error> {
    if (name == "chat_data") world.host.trees["/volumes/model_data"] = 0;  // model is ahead
    return std::nullopt;
  };
  const auto results = world.run(install(world.context, {"model", "chat"}, {}));
  ASSERT_OK(results);
  for (const auto& [service, result] : results.value()) ASSERT_OK(result);
  EXPECT_TRUE(world.host.exists("/volumes/model_data"));
  EXPECT_TRUE(world.host.exists("/volumes/chat_data"));
}

TEST_F(LostDirectory, IsBackWithItsDisk) {
  ASSERT_OK(world.run(stop(world.context, {"model"})));
  lose("/volumes");
  ASSERT_FALSE(first(world.run(start(world.context, {"model"}, {}))));
  world.host.trees["/volumes/model_data"] = 1000;
  ASSERT_OK(first(world.run(start(world.context, {"model"}, {}))));
}

}  // namespace
}  // namespace aistack::operations
