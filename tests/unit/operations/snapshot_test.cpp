#include "operations/snapshot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/backend.hpp"
#include "operations/install.hpp"
#include "operations/update.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using Options = std::map<std::string, std::string>;

class SnapshotTest : public ::testing::Test {
 protected:
  void set_volume(const Options& options, const std::string& driver = "local",
                  const std::string& mountpoint = "/engine/model_data/_data") {
    ports::VolumeDetails volume;
    volume.name = "model_data";
    volume.driver = driver;
    volume.mountpoint = mountpoint;
    volume.options = options;
    world_.engine.volumes["model_data"] = volume;
  }
  // Where the data of such a volume lie; "" where aistack cannot know.
  std::string live(const Options& options, const std::string& driver = "local",
                   const std::string& mountpoint = "/engine/model_data/_data") {
    set_volume(options, driver, mountpoint);
    const auto planned = world_.run(plan_snapshot(world_.context, "model_data", "op"));
    if (planned) return planned.value()->live;
    EXPECT_EQ(to_string(planned.error().code), to_string(ErrorCode::kConflict));
    return "";
  }

  testing::World world_;
};

TEST_F(SnapshotTest, FindsTheDataWhereTheyLieWhileNoContainerUsesThem) {
  EXPECT_EQ(live({}), "/engine/model_data/_data");
  EXPECT_EQ(live({{"size", "10G"}}), "/engine/model_data/_data");
  EXPECT_EQ(live({{"type", "none"}, {"o", "bind"}, {"device", "/srv/x"}}), "/srv/x");
  EXPECT_EQ(live({{"type", "none"}, {"o", "bind,rw"}, {"device", "/srv/x"}}), "/srv/x");
}

// The engine mounts these for a container that uses them: else its directory for them is empty.
TEST_F(SnapshotTest, TakesNoDeviceForADirectory) {
  EXPECT_EQ(live({{"type", "nfs"}, {"o", "addr=10.0.0.1,rw"}, {"device", ":/export"}}), "");
  EXPECT_EQ(live({{"type", "ext4"}, {"device", "/dev/sdb1"}}), "");
  EXPECT_EQ(live({{"type", "tmpfs"}}), "");
  EXPECT_EQ(live({{"device", "share"}}, "plug-in", ""), "");
}

TEST_F(SnapshotTest, AnUpdateThatCannotSaveAVolumeIsRefusedWithoutDowntime) {
  world_.files.at("model.yaml") += "  snapshot_before_update: true\n";
  world_.read_catalog();
  set_volume({{"type", "nfs"}, {"o", "addr=10.0.0.1,rw"}, {"device", ":/export"}});
  ASSERT_OK(world_.run(install(world_.context, {"model"}, {})));
  testing::FakeImage image;
  image.details.id = "sha256:new";
  world_.engine.registry["registry/model:1"] = image;
  world_.engine.calls.clear();
  const auto report = world_.run(update(world_.context, "model", CheckOnly::no));
  EXPECT_ERROR(report, ErrorCode::kConflict);
  EXPECT_THAT(report.error().why, HasSubstr("model_data (type nfs)"));
  EXPECT_THAT(report.error().next, Contains(HasSubstr("snapshot_before_update: false")));
  EXPECT_EQ(report.error().state, "nothing was changed");
  EXPECT_THAT(world_.engine.calls, Not(Contains("stop model")));
}

// A database of settings that nobody has written to yet.
class NoSettings final : public ports::SettingsDatabase {
 public:
  Result<std::optional<Values>> read(const std::filesystem::path&,
                                     const std::vector<std::string>&) override {
    return std::optional<Values>{};
  }
  Result<> write(const std::filesystem::path&, const Values&) override { return ok(); }
};

TEST_F(SnapshotTest, ABackendInAVolumeOutOfReachIsNotCalledUnset) {
  world_.files.at("chat.yaml") += "  stored_settings: { volume: chat_data, file: chat.db }\n";
  world_.read_catalog();
  ASSERT_OK(world_.run(install(world_.context, {"chat"}, {})));
  world_.engine.volumes.at("chat_data").options = {
      {"type", "nfs"}, {"o", "addr=10.0.0.1"}, {"device", ":/export"}};
  NoSettings database;
  const auto report = world_.run(show_backend(world_.context, database));
  EXPECT_ERROR(report, ErrorCode::kConflict);
  EXPECT_EQ(report.error().what, "cannot read the settings of chat");
  EXPECT_THAT(report.error().why, HasSubstr("chat_data (type nfs)"));
}

}  // namespace
}  // namespace aistack::operations
