#include "operations/update.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/recover.hpp"
#include "operations/status.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using Outcome = UpdateReport::Outcome;

constexpr auto kImage = "registry/model:1";
const std::filesystem::path kData = "/volumes/model_data";
constexpr std::uint64_t kOldData = 1000;
constexpr std::uint64_t kNewData = 2000;

// `model`, installed and green, with data; the registry then has another image under its tag.
class Stage {
 public:
  Stage() {
    auto& text = world.files.at("model.yaml");
    text += "  snapshot_before_update: true\n";
    world.read_catalog();
    auto installed = world.run(install(world.context, {"model"}, {}));
    if (!installed || !installed.value().front().result)
      throw std::runtime_error("the service cannot be installed");
    world.host.trees[kData] = kOldData;
    old_image = container().details.image_id;
  }
  testing::World world;
  std::string old_image;

  testing::FakeContainer& container() { return *world.engine.find("model"); }
  void publish(testing::Behaviour behaviour) {
    testing::FakeImage image{.behaviour = std::move(behaviour)};
    image.details.id = "sha256:new";
    world.engine.registry[kImage] = std::move(image);
  }
  Result<UpdateReport> update() {
    return world.run(operations::update(world.context, "model", CheckOnly::no));
  }
  // One container, of the expected image, running; the data as expected.
  void expect(const std::string& image, std::uint64_t data, const std::string& when) {
    EXPECT_EQ(world.engine.containers.size(), 1U) << when;
    auto* model = world.engine.find("model");
    ASSERT_NE(model, nullptr) << when;
    EXPECT_EQ(model->details.image_id, image) << when;
    EXPECT_EQ(model->details.state, ports::ContainerState::running) << when;
    EXPECT_EQ(world.host.trees[kData], data) << when;
  }
};

TEST(Update, ReplacesTheContainerAndMeasuresTheDowntime) {
  Stage stage;
  stage.publish({});
  const auto report = stage.update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  EXPECT_TRUE(report.value().downtime);
  stage.expect("sha256:new", kOldData, "after the update");
  EXPECT_EQ(stage.world.state.documents.at("model_update_plan.json")["status"], "finished");
}

TEST(Update, SaysSoWhenThereIsNothingNew) {
  Stage stage;
  const auto report = stage.update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::up_to_date);
}

TEST(Update, RefusesWhenPinned) {
  Stage stage;
  stage.world.settings.updates.mode = domain::UpdateMode::pinned;
  stage.publish({});
  const auto report = stage.update();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().state, "nothing was changed");
  stage.expect(stage.old_image, kOldData, "pinned");
}

TEST(Update, WaitsForAVersionThatNeedsFortySeconds) {
  Stage stage;
  stage.publish({.ready_after = std::chrono::seconds{40}});
  const auto report = stage.update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  stage.expect("sha256:new", kOldData, "slow");
}

TEST(Update, FindsABrokenImageBeforeTheRunningOneIsTouched) {
  for (const auto& broken :
       {testing::Behaviour{
            .never_ready = true, .exits_after = std::chrono::seconds{0}, .exit_code = 1},
        testing::Behaviour{.ready_after = std::chrono::seconds{9},
        .exits_after = std::chrono::seconds{3},
        .exit_code = 1},
        testing::Behaviour{.never_ready = true}, testing::Behaviour{.http_status = 500}}) {
    Stage stage;
    stage.publish(broken);
    const auto report = stage.update();
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::kNotHealthy);
    EXPECT_EQ(report.error().state, "nothing was changed: the running version goes on");
    stage.expect(stage.old_image, kOldData, "broken");
  }
}

TEST(Update, RollsBackAVersionThatDiesAfterItTookOverAndItsDataWithIt) {
  Stage stage;
  stage.world.settings.updates.stage = false;
  stage.publish({.exits_after = std::chrono::seconds{4}, .exit_code = 7});
  // The new version migrates the data as soon as it runs.
  stage.world.engine.before_call = [&](const std::string& call, const std::string&) {
    auto* model = stage.world.engine.find("model");
    if (call == "inspect" && model != nullptr && model->details.image_id == "sha256:new")
      stage.world.host.trees[kData] = kNewData;
    return std::optional<Error>{};
  };
  const auto report = stage.update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::rolled_back);
  stage.expect(stage.old_image, kOldData, "rolled back");
  EXPECT_THAT(stage.world.events.names(), Contains("service.update.rolled_back"));
}

TEST(Update, ARollbackBringsImageAndDataOfTheLastUpdateBack) {
  Stage stage;
  stage.publish({});
  ASSERT_OK(stage.update());
  stage.world.host.trees[kData] = kNewData;
  const auto report = stage.world.run(operations::rollback(stage.world.context, "model"));
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  stage.expect(stage.old_image, kOldData, "rolled back by hand");
  // The tag still means the new image: the older one must not count as drifted.
  const auto again = stage.world.run(install(stage.world.context, {"model"}, {}));
  ASSERT_OK(again);
  stage.expect(stage.old_image, kOldData, "and installed again");
}

TEST(Update, ARollbackStillWorksAfterAnotherUpdateThatCameToNothing) {
  Stage stage;
  stage.publish({});
  ASSERT_OK(stage.update());
  testing::FakeImage broken{.behaviour = {.never_ready = true}};
  broken.details.id = "sha256:broken";
  stage.world.engine.registry[kImage] = std::move(broken);
  ASSERT_FALSE(stage.update());
  const auto report = stage.world.run(operations::rollback(stage.world.context, "model"));
  ASSERT_OK(report);
  stage.expect(stage.old_image, kOldData, "rolled back over a failed update");
}

// Everything that changes the world, in the order in which an update does it, fails from some
// point on: that is what a SIGKILL looks like from outside. The next command then finds the
// service with the old version or the new one, and the data of that version.
struct Kill {
  int at = 0;
  bool takes_effect = false;  // killed after the call rather than before it
};

// Dies at the `at`-th change; gives whether the update got that far.
bool update_and_die(Stage& stage, const Kill& kill) {
  int changes = 0;
  bool dead = false;
  const Error gone{ErrorCode::kIo, "killed"};
  const auto strike = [&]() -> std::optional<Error> {
    if (dead) return gone;
    if (changes++ < kill.at) return std::nullopt;
    dead = true;
    return kill.takes_effect ? std::nullopt : std::optional{gone};
  };
  static const std::vector<std::string> kReads{
      "list",          "inspect",         "info",           "logs",   "images",
      "inspect_image", "inspect_network", "inspect_volume", "version"};
  stage.world.engine.before_call = [&](const std::string& call, const std::string&) {
    const bool reads = std::find(kReads.begin(), kReads.end(), call) != kReads.end();
    if (reads) return dead ? std::optional{gone} : std::nullopt;
    return strike();
  };
  stage.world.host.before_change = [&](const std::string&) { return strike(); };
  stage.world.state.before_write = [&](const std::string&) { return strike(); };
  static_cast<void>(stage.update());
  stage.world.engine.before_call = nullptr;
  stage.world.host.before_change = nullptr;
  stage.world.state.before_write = nullptr;
  return dead;
}

TEST(Update, SurvivesAKillBeforeAndAfterEveryChange) {
  int kills = 0;
  for (const bool takes_effect : {false, true}) {
    for (int at = 0;; ++at) {
      Stage stage;
      stage.publish({});
      if (!update_and_die(stage, {at, takes_effect})) break;
      ++kills;
      const auto when =
          "killed at change " + std::to_string(at) + (takes_effect ? ", after it" : ", before it");
      // Any command that touches the service will do.
      const auto next = at % 2 == 0
                            ? stage.world.run(start(stage.world.context, {"model"}, {})).has_value()
                            : stage.world.run(status(stage.world.context)).has_value();
      ASSERT_TRUE(next) << when;
      ASSERT_OK(stage.world.run(start(stage.world.context, {"model"}, {})));
      const auto image = stage.world.engine.find("model")->details.image_id;
      EXPECT_TRUE(image == stage.old_image || image == "sha256:new") << when;
      stage.expect(image, kOldData, when);
      const auto plan = stage.world.state.documents.find("model_update_plan.json");
      if (plan == stage.world.state.documents.end()) continue;
      const auto plan_status = plan->second["status"].get<std::string>();
      EXPECT_NE(plan_status, "running") << when;
      EXPECT_NE(plan_status, "committed") << when;
      if (plan_status == "rolled_back") {
        EXPECT_EQ(image, stage.old_image) << when;
      }
      if (plan_status == "finished") {
        EXPECT_EQ(image, "sha256:new") << when;
      }
    }
  }
  // The update has more changes than this; fewer would mean that the loop ended early.
  EXPECT_GT(kills, 40);
}

}  // namespace
}  // namespace aistack::operations
