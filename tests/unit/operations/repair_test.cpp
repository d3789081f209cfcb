#include "operations/repair.hpp"

#include <gmock/gmock.h>

#include "operations/activity.hpp"
#include "operations/health.hpp"
#include "operations/install.hpp"
#include "operations/probe.hpp"
#include "operations/status.hpp"
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

// As it looks in the moments between two ends of its program: up, and it answers.
TEST_F(RepairTest, ALoopThatIsCaughtUpIsNoGreenService) {
  auto& container = *world_.engine.find("model");
  container.details.restart_count = 5;
  container.details.exit_code = 9;
  const auto seen = world_.run(status(world_.context, Look::quick));
  ASSERT_OK(seen);
  EXPECT_EQ(seen.value().services.front().verdict.health, domain::Health::red);
  EXPECT_THAT(seen.value().services.front().verdict.reason,
              HasSubstr("restarts in a loop (5 so far, exit code 9)"));
  const auto again = world_.run(install(world_.context, {"model"}, {}));
  ASSERT_OK(again);
  EXPECT_ERROR(again.value().front().result, ErrorCode::kNotHealthy);
  world_.clock.advance(std::chrono::seconds{15});
  const auto later = world_.run(install(world_.context, {"model"}, {}));
  ASSERT_OK(later);
  ASSERT_OK(later.value().front().result);
}

TEST_F(RepairTest, OfAServiceThatEndsAgainIsNoSuccess) {
  world_.engine.behaviours[world_.engine.find("model")->details.image_id].exits_after =
      std::chrono::seconds{4};
  world_.engine.exit_now("model", 1);
  const auto report = world_.run(repair(world_.context, "model", DryRun::no));
  EXPECT_ERROR(report, ErrorCode::kNotHealthy);
  EXPECT_THAT(report.error().why, HasSubstr("it ended while it was watched"));
  EXPECT_THAT(report.error().state, HasSubstr("left as it is"));
}

TEST(ProbeTarget, OfARemoteEngineIsItsHost) {
  aistack::testing::World world;
  const auto* entry = world.catalog.find("model").value();
  ports::ContainerSummary container;
  container.ports = {{.host_ip = "0.0.0.0", .host_port = 5000, .container_port = 11434}};
  const std::pair<const char*, const char*> hosts[] = {{"unix:///run/docker.sock", "127.0.0.1"},
                                                       {"tcp://10.0.0.5:2375", "10.0.0.5"},
                                                       {"http://10.0.0.5:2375", "10.0.0.5"},
                                                       {"tcp://[::1]:2375", "::1"}};
  for (const auto& [endpoint, host] : hosts) {
    const auto target = probe_target(*entry, container, endpoint);
    ASSERT_TRUE(target) << endpoint;
    EXPECT_EQ(target->host, host) << endpoint;
    EXPECT_EQ(target->port, 5000);
  }
}

TEST(StartedLately, ReadsTheEnginesWords) {
  for (const auto* young :
       {"Up Less than a second", "Up 1 second", "Up 10 seconds", "Up 3 seconds (health: starting)"})
    EXPECT_TRUE(started_lately(young)) << young;
  for (const auto* other : {"", "Up", "Up ", "Up 11 seconds", "Up About a minute", "Up 3 minutes",
                            "Exited (1) 3 seconds ago", "Restarting (1) 2 seconds ago", "Created"})
    EXPECT_FALSE(started_lately(other)) << other;
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
