#include "operations/update.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/evidence.hpp"
#include "operations/install.hpp"
#include "operations/old_images.hpp"
#include "operations/recover.hpp"
#include "operations/remove.hpp"
#include "operations/status.hpp"
#include "operations/update_journal.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Key;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
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
  void publish(testing::Behaviour behaviour, const std::string& id = "sha256:new") {
    testing::FakeImage image{.behaviour = std::move(behaviour)};
    image.details.id = id;
    world.engine.registry[kImage] = std::move(image);
  }
  Result<UpdateReport> update() {
    return world.run(operations::update(world.context, "model", CheckOnly::no));
  }
  void start() {
    const auto started = world.run(operations::start(world.context, {"model"}, {}));
    ASSERT_OK(started);
    ASSERT_OK(started.value().front().result);
  }
  void remove_container() {
    ASSERT_OK(world.run(world.engine.remove_container("model", {.force = true})));
  }
  void change_the_file() {
    auto& text = world.files.at("model.yaml");
    text.replace(text.find("    container_name"), 0, "    environment: { A: b }\n");
    world.read_catalog();
  }
  // Whatever makes its container anew does so of the old image.
  void expect_the_old_one_stays() {
    change_the_file();
    start();
    expect(old_image, kOldData, "changed");
    remove_container();
    start();
    expect(old_image, kOldData, "made anew");
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

TEST(ExitText, TellsAnExitCodeOnlyOfWhatHasEnded) {
  ports::ContainerDetails details;
  details.state = ports::ContainerState::exited;
  details.exit_code = 3;
  EXPECT_EQ(exit_text(details), "exit code 3");
  details.state = ports::ContainerState::running;
  details.exit_code = 0;
  EXPECT_EQ(exit_text(details), "the engine has started it again");
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

// The file names a version that came to nothing in its update, whether tried or put in.
class FailedVersion : public ::testing::TestWithParam<bool> {
 protected:
  FailedVersion() {
    stage.world.settings.updates.stage = GetParam();
    testing::FakeImage broken{.behaviour = {.http_status = 500}};
    broken.details.id = "sha256:broken";
    stage.world.engine.registry["registry/model:2"] = std::move(broken);
    auto& text = stage.world.files.at("model.yaml");
    text.replace(text.find("registry/model:1"), 16, "registry/model:2");
    stage.world.read_catalog();
    const auto report = stage.update();
    EXPECT_TRUE(!report || report.value().outcome == Outcome::rolled_back);
    stage.expect(stage.old_image, kOldData, "after the update");
  }

  Stage stage;
};

INSTANTIATE_TEST_SUITE_P(Staged, FailedVersion, ::testing::Bool());

TEST_P(FailedVersion, IsNotPutInByAStart) {
  stage.start();
  stage.expect(stage.old_image, kOldData, "after a start");
  EXPECT_THAT(
      stage.world.progress.lines,
      Contains("model: note registry/model:2 did not get through its update: the version before it "
               "goes on (aistack update model tries it again)"));
}

TEST_P(FailedVersion, IsNotPutInWhereTheContainerIsGone) {
  stage.remove_container();
  stage.start();
  stage.expect(stage.old_image, kOldData, "made anew");
}

TEST_P(FailedVersion, DoesNotKeepOtherChangesOfTheFileAway) {
  stage.change_the_file();
  stage.start();
  stage.expect(stage.old_image, kOldData, "with another environment");
  EXPECT_THAT(stage.container().spec.config["Env"].dump(), HasSubstr("A=b"));
}

TEST_P(FailedVersion, IsPutInByAnInstallationAnew) {
  ASSERT_OK(stage.world.run(remove(stage.world.context, "model", PurgeData::no)));
  stage.world.clock.advance(std::chrono::milliseconds(5));
  const auto again = stage.world.run(install(stage.world.context, {"model"}, {}));
  ASSERT_OK(again);
  EXPECT_EQ(stage.container().details.image_id, "sha256:broken");
}

TEST_P(FailedVersion, IsTriedAgainByAnUpdate) {
  testing::FakeImage mended{};
  mended.details.id = "sha256:mended";
  stage.world.engine.registry["registry/model:2"] = std::move(mended);
  const auto report = stage.update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  stage.expect("sha256:mended", kOldData, "updated");
}

// The usual case of a tag that moves: the file names the same one before and after.
class MovedTag : public ::testing::Test {
 protected:
  Stage stage;
};

TEST_F(MovedTag, IsNotPutInAfterItFailed) {
  stage.publish({.http_status = 500});
  ASSERT_FALSE(stage.update());
  stage.expect_the_old_one_stays();
}

TEST_F(MovedTag, IsNotPutInAfterItWasRolledBack) {
  stage.publish({});
  ASSERT_OK(stage.update());
  ASSERT_OK(stage.world.run(operations::rollback(stage.world.context, "model")));
  stage.expect_the_old_one_stays();
  ASSERT_OK(stage.update());
  stage.expect("sha256:new", kOldData, "updated");
}

TEST_F(MovedTag, IsNotPutInWhereTheOlderImageIsGone) {
  stage.publish({.http_status = 500});
  ASSERT_FALSE(stage.update());
  stage.remove_container();
  stage.world.engine.images.erase(stage.old_image);
  const auto started = stage.world.run(operations::start(stage.world.context, {"model"}, {}));
  ASSERT_OK(started);
  const auto& result = started.value().front().result;
  EXPECT_ERROR(result, ErrorCode::kImageNotFound);
  EXPECT_EQ(stage.world.engine.find("model"), nullptr);
}

TEST_F(MovedTag, ARollbackIsRefusedAfterAnInstallationAnew) {
  stage.publish({});
  ASSERT_OK(stage.update());
  stage.world.clock.advance(std::chrono::hours(1));
  ASSERT_OK(stage.world.run(remove(stage.world.context, "model", PurgeData::no)));
  ASSERT_OK(stage.world.run(install(stage.world.context, {"model"}, {})));
  stage.world.host.trees[kData] = kNewData;
  EXPECT_ERROR(stage.world.run(operations::rollback(stage.world.context, "model")),
               ErrorCode::kNotFound);
  stage.expect("sha256:new", kNewData, "refused");
}

TEST_F(MovedTag, ARollbackIsRefusedWhereTheDataSavedThenAreGone) {
  stage.publish({});
  ASSERT_OK(stage.update());
  std::erase_if(stage.world.host.trees, [](const auto& tree) {
    return tree.first.string().find(".aistack-snapshots") != std::string::npos;
  });
  const auto report = stage.world.run(operations::rollback(stage.world.context, "model"));
  EXPECT_ERROR(report, ErrorCode::kNotFound);
  EXPECT_THAT(report.error().why, HasSubstr(".aistack-snapshots"));
  stage.expect("sha256:new", kOldData, "refused");
}

TEST_F(MovedTag, PurgedDataLeaveNoCopyOfThemselves) {
  stage.publish({});
  ASSERT_OK(stage.update());
  ASSERT_OK(stage.world.run(remove(stage.world.context, "model", PurgeData::yes)));
  for (const auto& [path, content] : stage.world.host.trees) EXPECT_EQ(path.string(), "");
  EXPECT_FALSE(read_plan(stage.world.context, "model").value());
}

TEST_F(MovedTag, WhatTheOldVersionWroteSinceAnUpdateWasCutShortIsKept) {
  stage.publish({});
  // Gone for good at the first rename: the data are copied by then, the new version never ran.
  stage.world.engine.before_call = [&](const std::string& call, const std::string&) {
    if (call != "rename" && stage.world.engine.find("model.aistack-next") == nullptr)
      return std::optional<Error>{};
    const auto* model = stage.world.engine.find("model");
    if (model == nullptr || model->details.state == ports::ContainerState::running)
      return std::optional<Error>{};
    return call == "stop" || call == "list" || call == "rename" || call == "remove"
               ? std::optional{Error{ErrorCode::kEngineUnreachable, "gone"}}
               : std::nullopt;
  };
  const auto report = stage.update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::not_rolled_back);
  stage.world.engine.before_call = {};
  // Somebody starts it by hand, and people work with it.
  ASSERT_OK(stage.world.run(stage.world.engine.start_container("model")));
  stage.world.host.trees[kData] = kNewData;
  ASSERT_OK(stage.world.run(status(stage.world.context, Look::quick)));
  stage.expect(stage.old_image, kNewData, "recovered");
}

TEST(Update, RunsWhatWasTriedThoughItsTagMovesMeanwhile) {
  Stage stage;
  stage.publish({});
  bool moved = false;
  stage.world.engine.before_call = [&](const std::string& call, const std::string& name) {
    if (call != "create" || name.find("next") == std::string::npos || std::exchange(moved, true))
      return std::optional<Error>{};
    ports::ImageDetails other;
    other.id = "sha256:other";
    other.tags = {kImage};
    stage.world.engine.images["sha256:new"].tags.clear();
    stage.world.engine.images[other.id] = other;
    return std::optional<Error>{};
  };
  const auto report = stage.update();
  ASSERT_OK(report);
  EXPECT_TRUE(moved);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  stage.expect("sha256:new", kOldData, "updated");
}

TEST(Update, WaitsForAnEngineThatIsRestartedInTheMiddle) {
  Stage stage;
  stage.publish({});
  auto away = std::optional<SteadyTime>{};
  stage.world.engine.before_call = [&](const std::string& call, const std::string&) {
    if (call == "stop" && !away) away = stage.world.clock.steady_now();
    const bool gone = away && stage.world.clock.steady_now() - *away < std::chrono::seconds{20};
    if (!gone) return std::optional<Error>{};
    return std::optional{Error{ErrorCode::kEngineUnreachable, "restarting"}};
  };
  const auto report = stage.update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::rolled_back);
  stage.expect(stage.old_image, kOldData, "rolled back");
}

TEST(Update, IsDoneThoughTheOldContainerCannotBeRemovedYet) {
  Stage stage;
  stage.publish({});
  stage.world.engine.before_call = [&](const std::string& call, const std::string& name) {
    if (call != "remove" || name.find("previous") == std::string::npos)
      return std::optional<Error>{};
    return std::optional{Error{ErrorCode::kEngineUnreachable, "gone"}};
  };
  const auto report = stage.update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  stage.world.engine.before_call = {};
  ASSERT_OK(stage.world.run(status(stage.world.context, Look::quick)));
  stage.expect("sha256:new", kOldData, "tidied up");
}

// The engine carries out what a client asked for that was killed since, and does so late.
TEST(Update, ClearsAwayWhatReachesTheEngineAfterTheRecovery) {
  for (const auto* suffix : {".aistack-stage", ".aistack-next"}) {
    Stage stage;
    auto spec = stage.container().spec;
    spec.name = std::string("model") + suffix;
    ASSERT_OK(stage.world.run(stage.world.engine.create_container(spec)));
    ASSERT_OK(stage.world.run(status(stage.world.context, Look::quick)));
    stage.expect(stage.old_image, kOldData, suffix);
  }
}

TEST(Update, LeavesAnOpenPlanWhereTheTrialCannotBeRemoved) {
  Stage stage;
  stage.publish({});
  bool gone = false;
  stage.world.engine.before_call = [&](const std::string& call, const std::string& name) {
    gone = gone || (call == "start" && name.find("stage") != std::string::npos);
    if (!gone) return std::optional<Error>{};
    return std::optional{Error{ErrorCode::kEngineUnreachable, "gone"}};
  };
  const auto report = stage.update();
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().state, HasSubstr("the next command removes"));
  stage.world.engine.before_call = {};
  ASSERT_OK(stage.world.run(status(stage.world.context, Look::quick)));
  stage.expect(stage.old_image, kOldData, "cleared away");
}

// Updated to sha256:1, sha256:2, …: the images that the engine has afterwards.
std::vector<std::string> images_after(int updates, std::uint64_t keep) {
  Stage stage;
  stage.world.settings.updates.keep_images = keep;
  for (int number = 1; number <= updates; ++number) {
    stage.publish({}, "sha256:" + std::to_string(number));
    EXPECT_TRUE(stage.update().has_value());
  }
  std::vector<std::string> ids;
  for (const auto& [id, image] : stage.world.engine.images)
    ids.push_back(id == stage.old_image ? "first" : id);
  return ids;
}

TEST(Update, KeepsTheImageThatARollbackNeeds) {
  EXPECT_THAT(images_after(1, 1), UnorderedElementsAre("first", "sha256:1"));
  EXPECT_THAT(images_after(3, 1), UnorderedElementsAre("sha256:2", "sha256:3"));
}

TEST(Update, KeepsAsManyOlderImagesAsItIsToldTo) {
  EXPECT_THAT(images_after(5, 3),
              UnorderedElementsAre("sha256:2", "sha256:3", "sha256:4", "sha256:5"));
}

TEST(Update, LeavesNoImagesOfUpdatesThatFailedButTheLast) {
  Stage stage;
  stage.publish({}, "sha256:1");
  ASSERT_OK(stage.update());
  for (const auto* id : {"sha256:2", "sha256:3", "sha256:3", "sha256:4"}) {
    stage.publish({.http_status = 500}, id);
    const auto report = stage.update();
    EXPECT_FALSE(report && report.value().outcome == Outcome::updated);
  }
  EXPECT_THAT(stage.world.engine.images,
              UnorderedElementsAre(Key(stage.old_image), Key("sha256:1"), Key("sha256:4")));
  stage.publish({}, "sha256:5");
  ASSERT_OK(stage.update());
  EXPECT_THAT(stage.world.engine.images, UnorderedElementsAre(Key("sha256:1"), Key("sha256:5")));
}

TEST(Update, KeepsFewerImagesOnceItIsToldTo) {
  Stage stage;
  auto& keep = stage.world.settings.updates.keep_images;
  for (const auto* id : {"sha256:1", "sha256:2", "sha256:3", "sha256:4"}) {
    keep = id == std::string("sha256:4") ? 1 : 10;
    stage.publish({}, id);
    ASSERT_OK(stage.update());
  }
  EXPECT_THAT(stage.world.engine.images, UnorderedElementsAre(Key("sha256:3"), Key("sha256:4")));
}

TEST(Update, LeavesAnImageThatAnotherServicesPlanNeeds) {
  Stage stage;
  domain::UpdatePlan now{.service = "model"};
  now.members.push_back({.compose_service = "model", .from_image_id = "b", .to_image_id = "c"});
  domain::UpdatePlan before{.service = "model"};
  before.members.push_back(
      {.compose_service = "model", .from_image_id = "a", .to_image_id = "b", .kept_images = {"z"}});
  domain::UpdatePlan other{.service = "chat", .started = stage.world.context.clock.now()};
  other.members.push_back({.compose_service = "chat", .from_image_id = "c", .to_image_id = "c"});
  // The update before that: what a rollback needs while the last one came to nothing.
  domain::UpdatePlan proven{.service = "chat", .started = stage.world.context.clock.now()};
  proven.members.push_back({.compose_service = "chat", .from_image_id = "a", .to_image_id = "c"});
  other.status = domain::UpdatePlan::Status::rolled_back;
  proven.status = domain::UpdatePlan::Status::finished;
  other.proven = domain::to_json(proven);
  UpdateJournal journal{stage.world.context, other};
  ASSERT_OK(journal.save());
  auto& images = stage.world.engine.images;
  for (const auto* id : {"a", "b", "c", "z"}) images[id].id = id;
  ASSERT_OK(stage.world.run(drop_old_images(stage.world.context, before, now)));
  EXPECT_THAT(images, IsSupersetOf({Key("a"), Key("b"), Key("c")}));
  EXPECT_THAT(images, Not(Contains(Key("z"))));
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
