#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/stop.hpp"
#include "world.hpp"

// Engines that go away in the middle, clocks that jump, catalog files that describe nothing: what
// is said, and what is left.
namespace aistack::operations {
namespace {

using ::testing::HasSubstr;

class FaultsTest : public ::testing::Test {
 protected:
  aistack::testing::World world_;

  Result<DeployReport> install() {
    auto results = world_.run(operations::install(world_.context, {"model"}, DeployOptions{}));
    if (!results) return results.error();
    return std::move(results.value().front().result);
  }
};

TEST_F(FaultsTest, AnInstallThatComesToNothingLeavesNoVolume) {
  world_.engine.fail_next("create", {ErrorCode::kBadContainerSpec, "no such runtime"});
  const auto result = install();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().what, "cannot install model");
  EXPECT_EQ(result.error().state, "nothing was changed");
  ASSERT_EQ(result.error().next.size(), 1U);
  EXPECT_THAT(result.error().next[0], HasSubstr("model.yaml"));
  EXPECT_TRUE(world_.engine.volumes.empty());
}

TEST_F(FaultsTest, AVolumeThatWasThereStays) {
  ports::VolumeDetails volume;
  volume.name = "model_data";
  volume.driver = "local";
  world_.engine.volumes["model_data"] = volume;
  world_.engine.fail_next("create", {ErrorCode::kBadContainerSpec, "no such runtime"});
  EXPECT_FALSE(install());
  EXPECT_EQ(world_.engine.volumes.size(), 1U);
}

TEST_F(FaultsTest, AnEngineLostInTheMiddleIsNotCalledUnchanged) {
  world_.engine.fail_after("create", {ErrorCode::kEngineUnreachable, "connection reset"});
  const auto result = install();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().state, HasSubstr("the engine was lost in the middle"));
  EXPECT_EQ(world_.engine.volumes.size(), 1U) << "its container may exist";
  ASSERT_OK(install());
}

TEST_F(FaultsTest, AClockThatJumpsDoesNotEndTheWait) {
  world_.engine.registry["registry/model:1"].behaviour.ready_after = std::chrono::seconds{20};
  const auto years = std::chrono::hours(24 * 365 * 10);
  const auto begin = world_.clock.now();
  world_.clock.call_in(std::chrono::seconds(5), [&] { world_.clock.set_wall(begin + years); });
  world_.clock.call_in(std::chrono::seconds(10), [&] { world_.clock.set_wall(begin - years); });
  const auto steady = world_.clock.steady_now();
  const auto result = install();
  ASSERT_OK(result);
  EXPECT_EQ(result.value().health, domain::Health::green);
  EXPECT_LT(world_.clock.steady_now() - steady, std::chrono::seconds(30));
}

TEST_F(FaultsTest, AStateThatCannotBeWrittenChangesNothing) {
  ASSERT_OK(install());
  world_.state.write_error = Error{ErrorCode::kDiskFull, "/state: ENOSPC"};
  const auto results = world_.run(operations::stop(world_.context, {"model"}));
  ASSERT_OK(results);
  ASSERT_FALSE(results.value().front().result);
  const auto& error = results.value().front().result.error();
  EXPECT_EQ(error.what, "cannot stop model");
  EXPECT_EQ(error.state, "nothing was changed");
}

TEST_F(FaultsTest, ACatalogFileWithoutServicesIsThatFilesError) {
  for (const auto* text : {"volumes: { data: {} }\n", "services: {}\n"}) {
    const CatalogRequest request{
        .directories = {"/catalog"},
        .environment = {},
        .list_directory = [](const auto&) -> Result<std::vector<std::string>> {
          return std::vector<std::string>{"empty.yaml"};
        },
        .read_file = [&](const auto&) -> Result<std::optional<std::string>> {
          return std::optional<std::string>{text};
        }};
    const auto catalog = load_catalog(request);
    ASSERT_OK(catalog);
    ASSERT_EQ(catalog.value().broken().size(), 1U) << text;
    EXPECT_EQ(catalog.value().broken().front().error.code, ErrorCode::kBadCatalog);
    EXPECT_THAT(catalog.value().broken().front().error.why, HasSubstr("/catalog/empty.yaml:1:"));
  }
}

}  // namespace
}  // namespace aistack::operations
