#include "operations/repair.hpp"

#include <gmock/gmock.h>

#include "operations/activity.hpp"
#include "operations/health.hpp"
#include "operations/install.hpp"
#include "operations/versions.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RepairTest : public ::testing::Test {
 protected:
  aistack::testing::World world_;

  void SetUp() override {
    ASSERT_OK(world_.run(install(world_.context, {"model"}, {})));
    world_.engine.calls.clear();
  }
  RepairReport repaired(DryRun dry_run = DryRun::no) {
    auto report = world_.run(repair(world_.context, "model", dry_run));
    if (!report) throw std::runtime_error(report.error().why);
    return std::move(report).value();
  }
};

TEST_F(RepairTest, LeavesAGreenServiceAlone) {
  EXPECT_EQ(repaired().outcome, RepairReport::Outcome::healthy);
  EXPECT_THAT(world_.engine.changes(), IsEmpty());
}

TEST_F(RepairTest, ADryRunChangesNothing) {
  world_.engine.exit_now("model", 1);
  const auto report = repaired(DryRun::yes);
  EXPECT_EQ(report.outcome, RepairReport::Outcome::planned);
  EXPECT_FALSE(report.steps.empty());
  EXPECT_THAT(world_.engine.changes(), IsEmpty());
  EXPECT_FALSE(world_.state.documents.contains("model_repair.json"));
}

TEST_F(RepairTest, SavesTheEvidenceAndReplacesTheContainer) {
  const auto old_id = world_.engine.find("model")->details.id;
  world_.engine.exit_now("model", 137);
  const auto report = repaired();
  EXPECT_EQ(report.outcome, RepairReport::Outcome::repaired);
  EXPECT_EQ(report.health, domain::Health::green);
  EXPECT_NE(world_.engine.find("model")->details.id, old_id);
  EXPECT_EQ(world_.state.documents.at("model_repair.json").at("exit_code"), 137);
}

TEST_F(RepairTest, AContainerThatLostItsGpuIsRecreated) {
  auto& text = world_.files.at("model.yaml");
  text.replace(text.find("    image:"), 10,
               "    deploy: { resources: { reservations: { devices: [{ driver: nvidia, count: 1, "
               "capabilities: [gpu] }] } } }\n    image:");
  world_.read_catalog();
  world_.engine.gpu = true;
  ASSERT_OK(world_.run(install(world_.context, {"model"}, {})));
  const auto old_id = world_.engine.find("model")->details.id;
  world_.engine.find("model")->behaviour.exec = [](const auto&) {
    return ports::ExecResult{255, "Failed to initialize NVML: Unknown Error"};
  };
  const auto seen = world_.run(health(world_.context));
  ASSERT_OK(seen);
  EXPECT_THAT(seen.value().status.services.front().verdict.reason, HasSubstr("gpu lost"));
  EXPECT_THAT(repaired().causes, ElementsAre(Cause::gpu_lost));
  EXPECT_NE(world_.engine.find("model")->details.id, old_id);
}

TEST_F(RepairTest, NamesWhatItKnows) {
  Evidence evidence;
  evidence.seen.phase = domain::ContainerPhase::stopped;
  EXPECT_THAT(causes_of(evidence), IsEmpty()) << "free space that cannot be read is no full disk";
  evidence.free_bytes = std::uint64_t{1} << 40;
  EXPECT_THAT(causes_of(evidence), IsEmpty());
  evidence.seen.out_of_memory = true;
  evidence.image_missing = true;
  evidence.last_lines = {"write /data/x: No space left on device"};
  EXPECT_THAT(causes_of(evidence),
              ElementsAre(Cause::out_of_memory, Cause::disk_full, Cause::image_missing));
}

TEST_F(RepairTest, AForeignContainerWithItsNameIsNoTakenPort) {
  ASSERT_OK(world_.run(world_.engine.remove_container("model", {.force = true})));
  world_.engine.add_container({.name = "model", .config = {{"Image", "other"}}}, true);
  EXPECT_THAT(repaired(DryRun::yes).causes, ElementsAre(Cause::container_missing));
}

// The file names the env file of its secrets: what was read before they were made lacks them.
TEST_F(RepairTest, ASecretThatWasLostIsInTheNewContainer) {
  ASSERT_OK(world_.run(install(world_.context, {"chat"}, {})));
  world_.secrets.secrets.clear();
  world_.context.reload_catalog = [this]() -> Result<> {
    auto& text = world_.files.at("chat.yaml");
    text.replace(text.find("    container_name"), 0,
                 "    environment: { SESSION_KEY: " +
                     world_.secrets.secrets.at("chat").at("SESSION_KEY") + " }\n");
    world_.read_catalog();
    return ok();
  };
  world_.engine.exit_now("chat", 1);
  ASSERT_OK(world_.run(repair(world_.context, "chat", DryRun::no)));
  EXPECT_THAT(world_.engine.find("chat")->details.environment,
              ElementsAre("SESSION_KEY=" + world_.secrets.secrets.at("chat").at("SESSION_KEY")));
}

TEST_F(RepairTest, LockingTheRunningVersionIsNoChange) {
  const auto id = world_.engine.find("model")->details.image_id;
  world_.engine.images.at(id).digests = {"registry/model@sha256:" + std::string(64, 'a')};
  world_.paths.versions_lock = "/etc/versions.lock";
  world_.host.files["/etc/versions.lock"] = "# mine\nother:x:1  # stays\n";
  const auto locked = world_.run(lock_versions(world_.context, {}));
  ASSERT_OK(locked);
  EXPECT_EQ(
      world_.host.files.at("/etc/versions.lock"),
      "# mine\nother:x:1  # stays\nmodel:registry/model@sha256:" + std::string(64, 'a') + "\n");
}

TEST_F(RepairTest, AnImageThatWasNeverPulledCannotBeLocked) {
  const auto id = world_.engine.find("model")->details.image_id;
  world_.engine.images.at(id).digests.clear();
  const auto locked = world_.run(lock_versions(world_.context, {"model"}));
  ASSERT_FALSE(locked);
  EXPECT_THAT(locked.error().why, HasSubstr("never pulled"));
}

TEST(Activity, TellsWorkFromStandingStill) {
  const Activity before{.at = SteadyTime{std::chrono::seconds{10}}, .cpu_ns = 1'000'000'000};
  Activity after = before;
  after.at += std::chrono::seconds{1};
  after.cpu_ns += 1'000'000;  // a thousandth of a core
  EXPECT_FALSE(is_working(before, after, false));
  after.network_bytes += 1 << 20;
  EXPECT_TRUE(is_working(before, after, false));
  after.network_bytes = before.network_bytes;
  after.last_line = Time{std::chrono::seconds{5}};
  EXPECT_TRUE(is_working(before, after, false));
  after.last_line = before.last_line;
  after.cpu_ns += 100'000'000;
  EXPECT_TRUE(is_working(before, after, false));
}

// A line for each of our own probes is no sign that more time would help.
TEST(Activity, OfAServiceThatAnswersIsWhatItComputes) {
  const Activity before{.at = SteadyTime{std::chrono::seconds{10}}, .cpu_ns = 1'000'000'000};
  Activity after = before;
  after.at += std::chrono::seconds{1};
  after.network_bytes += 1 << 20;
  after.last_line = Time{std::chrono::seconds{5}};
  EXPECT_FALSE(is_working(before, after, true));
  after.cpu_ns += 100'000'000;
  EXPECT_TRUE(is_working(before, after, true));
}

}  // namespace
}  // namespace aistack::operations
