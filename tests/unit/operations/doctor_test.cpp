#include "operations/doctor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "domain/update_plan.hpp"
#include "operations/doctor_checks.hpp"
#include "operations/install.hpp"
#include "support/fake_background.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using Result = Check::Result;

class DoctorTest : public ::testing::Test {
 protected:
  DoctorTest() {
    world_.paths = {.state = "/state",
                    .secrets = "/state/secrets",
                    .volumes = "/volumes",
                    .log = "/log",
                    .run = "/run/aistack"};
    world_.engine.engine_version = {.product = "docker",
                                    .version = "20.10.24",
                                    .spoken = {1, 41},
                                    .newest = {1, 41},
                                    .oldest = {1, 12}};
  }

  aistack::testing::World world_;
  aistack::testing::FakeBackground background_{world_.host, world_.state, world_.clock};

  DoctorReport examined(std::vector<Error> problems = {}) {
    DoctorRequest request;
    request.problems = std::move(problems);
    auto report = world_.run(doctor(world_.context, background_, std::move(request)));
    if (!report) throw std::runtime_error(report.error().why);
    return std::move(report).value();
  }
  static Check row(const DoctorReport& report, const std::string& name) {
    return row(report.checks, name);
  }
  static Check row(const Checks& checks, const std::string& name) {
    const auto found = std::find_if(checks.begin(), checks.end(),
                                    [&](const Check& check) { return check.name == name; });
    if (found == checks.end()) throw std::runtime_error("no row " + name);
    return *found;
  }
};

TEST_F(DoctorTest, AMachineInOrderIsHealthy) {
  const auto report = examined();
  for (const auto& check : report.checks)
    EXPECT_NE(check.result, Result::failure) << check.name << ": " << check.detail;
  EXPECT_TRUE(report.healthy());
  EXPECT_THAT(row(report, "engine").detail, HasSubstr("docker 20.10.24"));
  EXPECT_EQ(row(report, "GPU driver").result, Result::skipped);
}

TEST_F(DoctorTest, ChangesNothing) {
  examined();
  EXPECT_TRUE(world_.engine.changes().empty());
  EXPECT_TRUE(world_.state.documents.empty());
  EXPECT_TRUE(world_.events.events.empty());
}

TEST_F(DoctorTest, AnAbsentEngineFailsWithItsFixAndTheRestIsLookedAt) {
  world_.engine.fail_next("version", {ErrorCode::kEngineUnreachable, "unix:///x: ENOENT"});
  const auto report = examined();
  EXPECT_FALSE(report.healthy());
  EXPECT_EQ(row(report, "engine").result, Result::failure);
  EXPECT_THAT(row(report, "engine").fix, Contains(HasSubstr("systemctl")));
  EXPECT_EQ(row(report, "ports").result, Result::skipped);
  EXPECT_EQ(row(report, "catalog").result, Result::ok);
}

TEST_F(DoctorTest, AnEngineThatHangsCostsItsRowsAndTheLimit) {
  world_.engine.hang_next("version");
  const auto before = world_.clock.steady_now();
  const auto report = examined();
  EXPECT_LE(world_.clock.steady_now() - before, std::chrono::seconds{5});
  EXPECT_EQ(row(report, "engine").detail, "no answer within 4 s");
  EXPECT_THAT(row(report, "engine").fix, Contains("sudo systemctl restart docker"));
  EXPECT_EQ(row(report, "clock").result, Result::ok);
}

TEST_F(DoctorTest, AFileSystemThatHangsCostsItsRowsAndTheLimit) {
  for (int i = 0; i < 7; ++i) background_.hanging.insert(i);
  const auto before = world_.clock.steady_now();
  const auto report = examined();
  EXPECT_LE(world_.clock.steady_now() - before, std::chrono::seconds{5});
  EXPECT_EQ(row(report, "disk /volumes").result, Result::failure);
  EXPECT_EQ(row(report, "engine").result, Result::ok);
}

TEST_F(DoctorTest, EveryMistakeOfTheConfigurationIsARow) {
  const auto report = examined(
      {{ErrorCode::kBadConfig, "c.yaml:1: a: bad\nc.yaml:2: b: bad"},
       {ErrorCode::kBadVersionsLock, "versions.lock:3: no colon", "cannot use versions.lock"}});
  EXPECT_EQ(std::count_if(report.checks.begin(), report.checks.end(),
                          [](const Check& check) { return check.name == "configuration"; }),
            2);
  EXPECT_EQ(row(report, "versions.lock").detail, "versions.lock:3: no colon");
  EXPECT_EQ(row(report, "engine").result, Result::ok);
}

TEST_F(DoctorTest, AnAddressThatCannotBeReadIsNotReplacedByAnother) {
  Error problem{ErrorCode::kBadConfig, "ssh is not spoken"};
  problem.what = "cannot tell where the engine is";
  const auto report = examined({problem});
  EXPECT_EQ(row(report, "engine").result, Result::skipped);
  EXPECT_EQ(row(report, "configuration").result, Result::failure);
  EXPECT_TRUE(world_.engine.calls.empty());
}

TEST_F(DoctorTest, ATakenPortFailsForAnInstalledServiceAndWarnsForAnother) {
  world_.host.holders[3000] = {.pid = 812, .program = "grafana", .address = "0.0.0.0:3000"};
  auto check = row(examined(), "ports chat");
  EXPECT_EQ(check.result, Result::warning);
  EXPECT_THAT(check.detail, HasSubstr("grafana"));
  world_.state.documents["chat_service.json"] = {
      {"schema", 1}, {"installed_at", "2026-11-23T10:00:00Z"}, {"wanted", "running"}};
  EXPECT_EQ(row(examined(), "ports chat").result, Result::failure);
}

TEST_F(DoctorTest, AServicesOwnPortsAreNoConflict) {
  ASSERT_TRUE(world_.run(install(world_.context, {"model"}, {})));
  EXPECT_EQ(row(examined(), "ports").result, Result::ok);
}

TEST_F(DoctorTest, AnEngineThatCannotUseTheGpuOfTheMachine) {
  world_.host.files["/sys/bus/pci/devices/0000:01:00.0/vendor"] = "0x10de\n";
  world_.host.files["/sys/bus/pci/devices/0000:01:00.0/class"] = "0x030000\n";
  const auto report = examined();
  EXPECT_EQ(row(report, "engine GPU").result, Result::failure);
  EXPECT_THAT(row(report, "engine GPU").fix, Contains(HasSubstr("nvidia-container-toolkit")));
  EXPECT_EQ(row(report, "GPU driver").result, Result::failure);
}

TEST_F(DoctorTest, ALockOnAnUnknownServiceIsASlip) {
  world_.versions = domain::VersionsLock{{{"modle", "x:1"}}};
  const auto check = row(examined(), "versions.lock");
  EXPECT_EQ(check.result, Result::warning);
  EXPECT_THAT(check.detail, HasSubstr("did you mean model?"));
}

// -- the pieces

class ChecksTest : public DoctorTest {};

TEST_F(ChecksTest, TheGpuStackPieceByPiece) {
  auto& host = world_.host;
  host.files["/proc/driver/nvidia/version"] = "NVRM version: NVIDIA 550.1\nGCC";
  EXPECT_THAT(gpu_checks(host)[0].detail, HasSubstr("/dev/nvidiactl"));
  host.files["/dev/nvidiactl"] = "";
  EXPECT_THAT(gpu_checks(host)[0].detail, HasSubstr("libnvidia-ml.so.1"));
  host.files["/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1"] = "";
  EXPECT_EQ(gpu_checks(host)[0].result, Result::ok);
  EXPECT_EQ(gpu_checks(host)[0].detail, "NVRM version: NVIDIA 550.1");
}

TEST_F(ChecksTest, DiskSpace) {
  auto& host = world_.host;
  host.space = {std::uint64_t{100} << 30, std::uint64_t{200} << 30};
  EXPECT_EQ(disk_checks(host, "/x")[0].result, Result::ok);
  host.space.free_bytes = std::uint64_t{5} << 30;
  EXPECT_EQ(disk_checks(host, "/x")[0].result, Result::warning);
  host.space.free_bytes = std::uint64_t{500} << 20;
  EXPECT_EQ(disk_checks(host, "/x")[0].result, Result::failure);
  EXPECT_THAT(disk_checks(host, "/x")[0].fix, Contains(HasSubstr("docker image prune")));
}

TEST_F(ChecksTest, TheClock) {
  auto& host = world_.host;
  using std::chrono::sys_days;
  using std::chrono::year;
  const Time now = sys_days{year{2027} / 1 / 1};
  EXPECT_EQ(clock_checks(host, now)[0].result, Result::ok);
  EXPECT_EQ(clock_checks(host, Time{})[0].result, Result::failure);
  EXPECT_EQ(clock_checks(host, sys_days{year{2130} / 1 / 1})[0].result, Result::failure);
  host.synchronised = false;
  EXPECT_EQ(clock_checks(host, now)[0].result, Result::warning);
  host.files["/run/systemd/timesync/synchronized"] = "";
  EXPECT_EQ(clock_checks(host, now)[0].result, Result::ok);
}

TEST_F(ChecksTest, DirectoriesAndSecretsThatOthersMayRead) {
  auto& host = world_.host;
  const StoragePlaces places{"/state", "/state/secrets", "/volumes", "/log"};
  using Kind = ports::PathStatus::Kind;
  EXPECT_EQ(directory_checks(host, places)[0].result, Result::ok);
  host.statuses["/state/secrets"] = {Kind::directory, 0755, 0, true};
  host.statuses["/state/secrets/chat.env"] = {Kind::file, 0644, 0, true};
  host.statuses["/state"] = {Kind::directory, 0755, 0, false};
  const auto rows = directory_checks(host, places);
  EXPECT_THAT(row(rows, "directory /state/secrets").fix, Contains("chmod 0700 /state/secrets"));
  EXPECT_THAT(row(rows, "file /state/secrets/chat.env").fix,
              Contains("chmod 0600 /state/secrets/chat.env"));
  EXPECT_THAT(row(rows, "directory /state").detail, HasSubstr("may not be written"));
}

TEST_F(ChecksTest, DamagedDocumentsAndOpenUpdates) {
  auto& state = world_.state;
  state.documents["gpu_lock.json"] = "rubbish";
  state.documents["model_service.json"] = {{"schema", 1}, {"wanted", "sometimes"}};
  state.documents["purge_plan.json"] = {{"schema", 1}, {"directories", nlohmann::json::array()}};
  auto plan = domain::to_json({.service = "chat",
                               .operation = "op",
                               .status = domain::UpdatePlan::Status::running,
                               .started = world_.clock.now()});
  plan["schema"] = 1;
  state.documents["chat_update_plan.json"] = plan;
  const auto rows = document_checks(state);
  EXPECT_EQ(row(rows, "file /fake/state/gpu_lock.json").result, Result::failure);
  EXPECT_EQ(row(rows, "file /fake/state/model_service.json").result, Result::failure);
  EXPECT_EQ(row(rows, "purge").result, Result::warning);
  EXPECT_EQ(row(rows, "update chat").result, Result::warning);
}

TEST_F(ChecksTest, WakingOverTheNetwork) {
  auto& host = world_.host;
  const auto check = [&](const WakeWishes& wishes = {}) {
    return row(wake_checks(host, wishes), "wake over network");
  };
  host.files["/sys/class/net/lo/type"] = "772";
  host.files["/sys/class/net/wlan0/device/x"] = "";
  host.files["/sys/class/net/wlan0/wireless/x"] = "";
  host.files["/sys/class/net/wlan0/type"] = "1";
  EXPECT_EQ(check().result, Result::skipped);
  host.files["/sys/class/net/eth0/device/power/wakeup"] = "disabled\n";
  host.files["/sys/class/net/eth0/type"] = "1\n";
  host.files["/sys/class/net/eth0/operstate"] = "down\n";
  EXPECT_THAT(check().detail, HasSubstr("no wired interface is up"));
  host.files["/sys/class/net/eth0/operstate"] = "up\n";
  EXPECT_THAT(check().fix,
              Contains("echo enabled | sudo tee /sys/class/net/eth0/device/power/wakeup"));
  host.files["/sys/class/net/eth0/device/power/wakeup"] = "enabled\n";
  EXPECT_EQ(check().result, Result::ok);
  EXPECT_EQ(check({.interface = "eth9"}).result, Result::failure);
  EXPECT_EQ(check({.interface = "wlan0"}).result, Result::warning);
}

TEST_F(ChecksTest, SuspendMattersWhereItIsWanted) {
  auto& host = world_.host;
  EXPECT_EQ(row(wake_checks(host, {}), "suspend").result, Result::skipped);
  EXPECT_EQ(row(wake_checks(host, {.suspend = true}), "suspend").result, Result::failure);
  host.files["/sys/power/state"] = "freeze mem disk\n";
  EXPECT_EQ(row(wake_checks(host, {.suspend = true}), "suspend").result, Result::ok);
}

}  // namespace
}  // namespace aistack::operations
