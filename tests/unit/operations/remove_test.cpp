#include "operations/remove.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/model_volumes.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RemoveTest : public ::testing::Test {
 protected:
  aistack::testing::World world_;

  void install() {
    const auto results = world_.run(operations::install(world_.context, {"model"}, {}));
    ASSERT_OK(results);
    ASSERT_OK(results.value().front().result);
  }
  RemoveReport removed(PurgeData purge) {
    auto report = world_.run(operations::remove(world_.context, "model", purge));
    if (!report) throw std::runtime_error(report.error().what + ": " + report.error().why);
    return std::move(report).value();
  }
  void edit(const std::string& before, const std::string& after) {
    auto& text = world_.files.at("model.yaml");
    text.replace(text.find(before), before.size(), after);
    world_.read_catalog();
  }
  // A database whose image declares a volume that the file does not name.
  std::string with_anonymous_volume() {
    world_.engine.registry["registry/model:1"].details.volumes = {"/var/lib/db"};
    install();
    return world_.engine.find("model")->anonymous_volumes.front();
  }
};

TEST_F(RemoveTest, IsDoneThoughItCannotBePutOnRecord) {
  install();
  world_.state.before_write = [](const std::string& name) -> std::optional<Error> {
    if (name == "uninstall_log.json") return Error{ErrorCode::kDiskFull, "ENOSPC"};
    return std::nullopt;
  };
  EXPECT_TRUE(removed(PurgeData::no).was_installed);
  EXPECT_EQ(world_.events.names().back(), "service.remove.completed");
  EXPECT_EQ(world_.engine.find("model"), nullptr);
}

TEST_F(RemoveTest, KeepsAVolumeWithoutANameAndTellsIt) {
  const auto volume = with_anonymous_volume();
  EXPECT_THAT(removed(PurgeData::no).kept_volumes, ElementsAre("model_data", volume));
  EXPECT_TRUE(world_.engine.volumes.contains(volume));
}

TEST_F(RemoveTest, APurgeTakesItAndCountsIt) {
  const auto volume = with_anonymous_volume();
  world_.host.trees[world_.engine.volumes.at(volume).mountpoint] = 300;
  const auto report = removed(PurgeData::yes);
  EXPECT_THAT(report.volumes, ElementsAre("model_data", volume));
  EXPECT_EQ(report.freed_bytes, 300U);
  EXPECT_THAT(world_.engine.volumes, IsEmpty());
}

// The new container mounts it by its name, so that the engine leaves it.
TEST_F(RemoveTest, APurgeTakesItAfterAReplacementToo) {
  const auto volume = with_anonymous_volume();
  edit("127.0.0.1:11434:", "127.0.0.1:11999:");
  install();
  ASSERT_TRUE(world_.engine.volumes.contains(volume));
  removed(PurgeData::yes);
  EXPECT_THAT(world_.engine.volumes, IsEmpty());
}

TEST_F(RemoveTest, APurgeLeavesOneThatAnotherContainerUses) {
  const auto volume = with_anonymous_volume();
  domain::ContainerSpec other{.name = "other"};
  other.host_config["Binds"] = {volume + ":/db"};
  world_.engine.add_container(other, true);
  const auto report = removed(PurgeData::yes);
  EXPECT_THAT(report.volumes, ElementsAre("model_data"));
  EXPECT_THAT(report.kept_volumes, ElementsAre(volume));
  EXPECT_TRUE(world_.engine.volumes.contains(volume));
}

TEST_F(RemoveTest, APurgeTakesTheDirectoryThatTheVolumeIsBoundTo) {
  install();
  world_.host.trees["/volumes/model_data"] = 1000;
  world_.host.trees["/elsewhere/model_data"] = 7;
  world_.context.volumes_root = "/elsewhere";
  EXPECT_EQ(removed(PurgeData::yes).freed_bytes, 1000U);
  EXPECT_FALSE(world_.host.exists("/volumes/model_data"));
  EXPECT_TRUE(world_.host.exists("/elsewhere/model_data"));
}

TEST_F(RemoveTest, APurgeLeavesADirectoryThatOnlyBearsTheName) {
  world_.engine.volumes["model_data"] = {
      .name = "model_data", .driver = "local", .mountpoint = "/engine/model_data"};
  install();
  world_.host.trees["/engine/model_data"] = 50;
  world_.host.trees["/volumes/model_data"] = 7;
  const auto report = removed(PurgeData::yes);
  EXPECT_THAT(report.volumes, ElementsAre("model_data"));
  EXPECT_EQ(report.freed_bytes, 50U);
  EXPECT_TRUE(world_.host.exists("/volumes/model_data"));
}

TEST_F(RemoveTest, APurgeTakesTheDirectoryOfAVolumeThatIsGone) {
  install();
  removed(PurgeData::no);
  world_.engine.volumes.clear();
  world_.host.trees["/volumes/model_data"] = 1000;
  EXPECT_EQ(removed(PurgeData::yes).freed_bytes, 1000U);
  EXPECT_FALSE(world_.host.exists("/volumes/model_data"));
}

TEST_F(RemoveTest, ANetworkThatAStoppedContainerNeedsStays) {
  install();
  domain::ContainerSpec other{.name = "other"};
  other.networks.push_back({.network = "model_default"});
  world_.engine.add_container(other, false);
  EXPECT_THAT(removed(PurgeData::no).networks, IsEmpty());
  EXPECT_THAT(world_.progress.lines,
              Contains(HasSubstr("the network model_default stays: other containers use it")));
}

TEST_F(RemoveTest, TheNetworkGoesWithItsLastContainer) {
  install();
  EXPECT_THAT(removed(PurgeData::no).networks, ElementsAre("model_default"));
}

// -- models

class RemoveModels : public RemoveTest {
 protected:
  RemoveModels() {
    edit("  role: backend", "  role: backend\n  models: ollama");
    edit("volumes: { model_data: { name: model_data } }",
         "volumes: { model_data: { name: model_data }, notes: { name: notes } }");
    edit(R"(["model_data:/data"])", R"(["model_data:/root/.ollama", "notes:/notes"])");
  }
  void SetUp() override {
    install();
    world_.host.trees["/volumes/model_data"] = 1000;
    world_.host.trees["/volumes/notes"] = 20;
  }
};

TEST_F(RemoveModels, StayWhereTheSettingSaysSo) {
  world_.settings.models.keep_cache_on_uninstall = true;
  const auto report = removed(PurgeData::yes);
  EXPECT_THAT(report.volumes, ElementsAre("notes"));
  EXPECT_THAT(report.kept_models, ElementsAre("model_data"));
  EXPECT_EQ(report.freed_bytes, 20U);
  EXPECT_THAT(report.next,
              ElementsAre("docker volume rm model_data && sudo rm -r /volumes/model_data"));
  EXPECT_EQ(world_.host.trees.at("/volumes/model_data"), 1000U);
}

TEST_F(RemoveModels, GoWithTheRestOtherwise) {
  world_.settings.models.keep_cache_on_uninstall = false;
  const auto report = removed(PurgeData::yes);
  EXPECT_EQ(report.freed_bytes, 1020U);
  EXPECT_THAT(report.kept_models, IsEmpty());
  EXPECT_THAT(world_.engine.volumes, IsEmpty());
}

TEST_F(RemoveModels, LieWhereTheEnvironmentSaysOrAnywhere) {
  const auto volumes = [&] { return model_volumes(*world_.catalog.find("model").value()); };
  EXPECT_THAT(volumes(), ElementsAre("model_data"));
  edit("    image:", "    environment: { OLLAMA_MODELS: /notes/models }\n    image:");
  EXPECT_THAT(volumes(), ElementsAre("notes"));
  edit("/notes/models", "/elsewhere");
  EXPECT_THAT(volumes(), ElementsAre("model_data", "notes"));
  edit("  models: ollama", "  models: of-my-own");
  EXPECT_THAT(volumes(), ElementsAre("model_data", "notes"));
  edit("  models: of-my-own\n", "");
  EXPECT_THAT(volumes(), IsEmpty());
}

}  // namespace
}  // namespace aistack::operations
