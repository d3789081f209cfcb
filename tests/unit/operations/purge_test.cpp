#include "operations/purge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/labels.hpp"
#include "operations/ownership.hpp"
#include "operations/purge_plan.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr std::uint64_t kData = 5000;

class PurgeTest : public ::testing::Test {
 protected:
  PurgeTest() {
    world_.paths = {.config_files = {{"/etc/aistack/config.yaml", false}},
                    .versions_lock = "/etc/aistack/versions.lock",
                    .compose_directories = {"/usr/share/aistack/compose", "/etc/aistack/compose"},
                    .state = "/state",
                    .secrets = "/state/secrets",
                    .volumes = "/volumes",
                    .log = "/log",
                    .run = "/run/aistack"};
    world_.host.files = {{"/state/model_service.json", "{}"},
                         {"/state/secrets/chat.env", "X=1"},
                         {"/log/events.log", ""},
                         {"/log/events.log.1.gz", ""},
                         {"/log/other.log", ""},
                         {"/etc/aistack/config.yaml", ""},
                         {"/usr/share/aistack/compose/model.yaml", ""}};
  }

  aistack::testing::World world_;

  void install_all() {
    const auto results = world_.run(install(world_.context, {"model", "chat"}, {}));
    ASSERT_TRUE(results);
    for (const auto& each : results.value()) ASSERT_TRUE(each.result);
    world_.host.trees["/volumes/model_data"] = kData;
  }
  PurgeReport purged(RemoveConfigs configs = RemoveConfigs::no) {
    auto report = world_.run(purge(world_.context, configs));
    if (!report) throw std::runtime_error(report.error().what + ": " + report.error().why);
    return std::move(report).value();
  }
  // A container that some other program made.
  aistack::testing::FakeContainer& foreign(const std::string& name, bool running = true) {
    return world_.engine.add_container({.name = name, .config = {{"Image", "other"}}}, running);
  }
  void foreign_volume(const std::string& name) {
    world_.engine.volumes[name] = {.name = name, .driver = "local", .mountpoint = "/elsewhere"};
  }
};

TEST_F(PurgeTest, OnAnEmptyMachineThereIsNothingToDo) {
  world_.host.files.clear();
  const auto report = purged();
  EXPECT_THAT(report.containers, IsEmpty());
  EXPECT_THAT(report.leftovers, IsEmpty());
  EXPECT_THAT(world_.engine.changes(), IsEmpty());
}

TEST_F(PurgeTest, TakesEverythingThatInstallMade) {
  install_all();
  const auto report = purged();
  EXPECT_THAT(report.leftovers, IsEmpty());
  EXPECT_THAT(report.containers, UnorderedElementsAre("model", "chat"));
  EXPECT_EQ(report.freed_bytes, kData);
  EXPECT_THAT(report.images, UnorderedElementsAre("registry/model:1", "registry/chat:1"));
  EXPECT_THAT(world_.engine.containers, IsEmpty());
  EXPECT_THAT(world_.engine.volumes, IsEmpty());
  for (const auto& [id, network] : world_.engine.networks)
    EXPECT_FALSE(network.labels.contains(kNetworkLabel)) << network.name;
  EXPECT_THAT(world_.host.trees, IsEmpty());
}

TEST_F(PurgeTest, LeavesTheConfigurationAndOtherProgramsFiles) {
  purged();
  std::vector<std::string> left;
  for (const auto& [path, text] : world_.host.files) left.push_back(path.string());
  EXPECT_THAT(left, UnorderedElementsAre("/etc/aistack/config.yaml", "/log/other.log",
                                         "/usr/share/aistack/compose/model.yaml"));
}

TEST_F(PurgeTest, RemovesTheConfigurationWhenAskedTo) {
  const auto report = purged(RemoveConfigs::yes);
  EXPECT_THAT(report.paths, ::testing::Contains("/etc/aistack"));
  EXPECT_FALSE(world_.host.exists("/etc/aistack"));
  EXPECT_TRUE(world_.host.exists("/usr/share/aistack/compose/model.yaml"));
}

TEST_F(PurgeTest, OfAFileNamedByTheUserOnlyTheFileGoes) {
  world_.paths.config_files = {{"/home/me/config.yaml", true}};
  world_.paths.versions_lock = "/home/me/versions.lock";
  world_.host.files["/home/me/config.yaml"] = "";
  world_.host.files["/home/me/thesis.tex"] = "";
  purged(RemoveConfigs::yes);
  EXPECT_FALSE(world_.host.exists("/home/me/config.yaml"));
  EXPECT_TRUE(world_.host.exists("/home/me/thesis.tex"));
}

TEST_F(PurgeTest, NeverTouchesWhatOnlyBearsAName) {
  foreign("model");
  foreign_volume("model_data");
  const auto report = purged();
  EXPECT_NE(world_.engine.find("model"), nullptr);
  EXPECT_TRUE(world_.engine.volumes.contains("model_data"));
  EXPECT_THAT(report.leftovers, IsEmpty());
  ASSERT_EQ(report.kept.size(), 2U);
  EXPECT_THAT(report.kept[0].why, HasSubstr("aistack did not make"));
}

TEST_F(PurgeTest, AVolumeThatWasThereBeforeAistackStays) {
  foreign_volume("model_data");
  install_all();
  const auto report = purged();
  EXPECT_THAT(report.containers, UnorderedElementsAre("model", "chat"));
  EXPECT_TRUE(world_.engine.volumes.contains("model_data"));
  EXPECT_THAT(report.kept, ::testing::SizeIs(1));
}

TEST_F(PurgeTest, AForeignContainerKeepsOurNetworkAndIsNamed) {
  install_all();
  auto& other = foreign("other");
  other.details.networks = {{"model_default", "172.30.0.9"}};
  const auto report = purged();
  ASSERT_THAT(report.leftovers, ::testing::SizeIs(1));
  EXPECT_EQ(report.leftovers[0].kind, "network");
  EXPECT_EQ(report.leftovers[0].name, "model_default");
  EXPECT_EQ(report.leftovers[0].why, "it is used by the container other");
  EXPECT_NE(world_.engine.find("other"), nullptr);
}

TEST_F(PurgeTest, AVolumeInUseIsLeftWithItsUserNamed) {
  install_all();
  foreign("other").details.mounts = {{.type = "volume", .name = "model_data"}};
  const auto report = purged();
  ASSERT_THAT(report.leftovers, ::testing::SizeIs(1));
  EXPECT_EQ(report.leftovers[0].why, "it is in use by the container other");
  EXPECT_THAT(report.leftovers[0].next, ElementsAre("docker rm -f other", "aistack purge --all"));
  EXPECT_EQ(world_.host.trees.at("/volumes/model_data"), kData);
  world_.engine.containers.clear();
  EXPECT_THAT(purged().leftovers, IsEmpty());
  EXPECT_FALSE(world_.host.exists("/volumes/model_data"));
}

TEST_F(PurgeTest, TakesWhatAKilledUpdateLeft) {
  install_all();
  const auto labels = world_.engine.find("model")->details.labels;
  for (const auto* name : {"model.aistack-next", "model.aistack-previous"})
    world_.engine.add_container({.name = name, .config = {{"Labels", labels}}}, false);
  world_.host.trees["/volumes/.aistack-snapshots/op-1/model_data"] = 10;
  world_.state.documents["model_update_plan.json"] = "rubbish";
  EXPECT_THAT(purged().leftovers, IsEmpty());
  EXPECT_THAT(world_.engine.containers, IsEmpty());
  EXPECT_THAT(world_.host.trees, IsEmpty());
}

TEST_F(PurgeTest, WhatCannotBeRemovedStopsNothing) {
  install_all();
  world_.engine.fail_next("remove", {ErrorCode::kEngineFailed, "device busy"});
  world_.engine.fail_next("remove_network", {ErrorCode::kEngineFailed, "plugin gone"});
  const auto report = purged();
  EXPECT_EQ(report.containers.size(), 1U);
  EXPECT_FALSE(report.leftovers.empty());
  EXPECT_EQ(report.leftovers[0].why, "device busy");
  EXPECT_FALSE(world_.host.exists("/state/secrets"));
  EXPECT_THAT(purged().leftovers, IsEmpty());
}

TEST_F(PurgeTest, AnEngineThatGoesAwaySaysInWhatStateThingsAre) {
  install_all();
  world_.engine.fail_next("remove_volume", {ErrorCode::kEngineUnreachable, "ECONNREFUSED"});
  const auto report = world_.run(purge(world_.context, RemoveConfigs::no));
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().state, HasSubstr("removed in part"));
  EXPECT_TRUE(world_.host.exists("/state/model_service.json"));
  EXPECT_THAT(purged().leftovers, IsEmpty());
}

TEST_F(PurgeTest, WaitsForNobodyWhoWorksOnAService) {
  install_all();
  world_.locks.hold("chat", "update");
  const auto report = world_.run(purge(world_.context, RemoveConfigs::no));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kLocked);
  EXPECT_EQ(report.error().state, "nothing was changed");
  EXPECT_NE(world_.engine.find("model"), nullptr);
}

TEST_F(PurgeTest, KilledAtAnyStepTheNextOneFinishes) {
  for (int last = 1;; ++last) {
    SCOPED_TRACE(last);
    PurgeTest::SetUp();
    aistack::testing::World& world = world_;
    install_all();
    const auto before = world.engine.changes().size();
    world.engine.before_call = [&, before](const std::string&,
                                           const std::string&) -> std::optional<Error> {
      if (world.engine.changes().size() < before + static_cast<std::size_t>(last))
        return std::nullopt;
      return Error{ErrorCode::kInterrupted, "killed"};
    };
    const auto first = world.run(purge(world.context, RemoveConfigs::no));
    world.engine.before_call = nullptr;
    EXPECT_THAT(purged().leftovers, IsEmpty());
    EXPECT_THAT(world.engine.containers, IsEmpty());
    EXPECT_THAT(world.engine.volumes, IsEmpty());
    EXPECT_THAT(world.host.trees, IsEmpty());
    if (first) break;
  }
}

TEST_F(PurgeTest, ADirectoryOutsideOfTheStateIsFoundAgainThroughThePlan) {
  world_.paths.volumes = "/state/volumes";
  install_all();
  world_.host.before_change = [](const std::string&) -> std::optional<Error> {
    return Error{ErrorCode::kIo, "EBUSY"};
  };
  EXPECT_FALSE(purged().leftovers.empty());
  world_.host.before_change = nullptr;
  world_.files.erase("model.yaml");  // nobody but the plan knows the name now
  world_.read_catalog();
  EXPECT_THAT(purged().leftovers, IsEmpty());
  EXPECT_FALSE(world_.host.exists("/volumes/model_data"));
  EXPECT_FALSE(world_.state.documents.contains(kPurgePlan));
}

TEST_F(PurgeTest, APlanThatNamesOtherDirectoriesIsNotBelieved) {
  world_.state.documents[kPurgePlan] = {
      {"schema", 1},
      {"directories", {"/etc", "/volumes/../etc", "/volumes", "/volumes/a/b", 7, "/volumes/good"}}};
  EXPECT_THAT(read_purge_plan(world_.context), ElementsAre(std::filesystem::path{"/volumes/good"}));
}

TEST_F(PurgeTest, InARootThatIsSharedOnlyOurDirectoriesGo) {
  world_.paths.volumes = "/state/volumes";
  world_.host.trees["/volumes/photos"] = 1;
  world_.host.trees["/volumes/chat_data"] = 1;
  purged();
  EXPECT_TRUE(world_.host.exists("/volumes/photos"));
  EXPECT_FALSE(world_.host.exists("/volumes/chat_data"));
}

TEST_F(PurgeTest, BackupsStayAndAreMentioned) {
  world_.host.files["/state/backups/model.tar.zst"] = "";
  const auto report = purged();
  EXPECT_TRUE(world_.host.exists("/state/backups"));
  ASSERT_THAT(report.kept, ::testing::SizeIs(1));
  EXPECT_THAT(report.kept[0].why, HasSubstr("backups"));
}

TEST_F(PurgeTest, AnonymousVolumesOfOurContainersGo) {
  install_all();
  const std::string id(64, 'a');
  foreign_volume(id);
  foreign_volume(std::string(64, 'b'));
  world_.engine.find("model")->details.mounts.push_back({.type = "volume", .name = id});
  purged();
  EXPECT_FALSE(world_.engine.volumes.contains(id));
  EXPECT_TRUE(world_.engine.volumes.contains(std::string(64, 'b')));
}

// -- whose is it?

class OwnershipTest : public PurgeTest {
 protected:
  const std::vector<std::filesystem::path> roots_{"/volumes"};
};

TEST_F(OwnershipTest, AContainerIsOursByLabelOrByTheFileThatComposeNames) {
  ports::ContainerSummary container{.name = "model"};
  EXPECT_FALSE(is_ours(container, world_.catalog));
  container.labels = {{kComposeProject, "model"}, {kComposeService, "model"}};
  EXPECT_FALSE(is_ours(container, world_.catalog));
  container.labels["com.docker.compose.project.config_files"] = "/catalog/model.yaml";
  EXPECT_TRUE(is_ours(container, world_.catalog));
  container.labels = {{kServiceLabel, "gone"}};
  EXPECT_TRUE(is_ours(container, world_.catalog));
  container.labels = {{"io.aistackish", "x"}};
  EXPECT_FALSE(is_ours(container, world_.catalog));
}

TEST_F(OwnershipTest, AVolumeIsOursByLabelOrByWhereItLies) {
  ports::VolumeDetails volume{.name = "model_data", .driver = "local"};
  EXPECT_FALSE(is_ours(volume, world_.catalog, roots_, {"model_data"}));
  volume.options = {{"o", "bind"}, {"device", "/volumes/model_data"}};
  EXPECT_TRUE(is_ours(volume, world_.catalog, roots_, {}));
  volume.options = {{"o", "bind"}, {"device", "/volumes/../etc"}};
  EXPECT_FALSE(is_ours(volume, world_.catalog, roots_, {}));
  volume.options.clear();
  volume.labels = {{kComposeProject, "model"}};
  EXPECT_FALSE(is_ours(volume, world_.catalog, roots_, {}));
  EXPECT_TRUE(is_ours(volume, world_.catalog, roots_, {"model_data"}));
  volume.labels = {{kVolumeLabel, "model"}};
  EXPECT_TRUE(is_ours(volume, world_.catalog, roots_, {}));
}

TEST_F(OwnershipTest, ADirectoryBelowAFormerRootGoesWithItsVolume) {
  ports::VolumeDetails volume{.name = "model_data",
                              .driver = "local",
                              .labels = {{kVolumeLabel, "model"}},
                              .options = {{"o", "bind"}, {"device", "/former/model_data"}}};
  const auto directory = [&] { return own_directory(volume, world_.catalog, roots_); };
  EXPECT_EQ(directory(), "/former/model_data");
  volume.options = {{"o", "bind"}, {"device", "/former/other"}};
  EXPECT_EQ(directory(), "");
  volume.options = {{"device", ":/former/model_data"}};
  EXPECT_EQ(directory(), "") << "a share of another machine";
  volume.options = {{"o", "bind"}, {"device", "/former/model_data"}};
  volume.labels.clear();
  EXPECT_EQ(directory(), "") << "somebody else's volume";
}

TEST_F(OwnershipTest, ADirectoryThatTheFileNamesIsItsAuthors) {
  auto& text = world_.files.at("model.yaml");
  const std::string plain = "{ name: model_data }";
  text.replace(
      text.find(plain), plain.size(),
      "{ name: model_data, driver_opts: { type: none, o: bind, device: /mnt/model_data } }");
  world_.read_catalog();
  const ports::VolumeDetails volume{.name = "model_data",
                                    .driver = "local",
                                    .labels = {{kVolumeLabel, "model"}},
                                    .options = {{"o", "bind"}, {"device", "/mnt/model_data"}}};
  EXPECT_EQ(own_directory(volume, world_.catalog, roots_), "");
}

TEST_F(PurgeTest, ADirectoryBelowAFormerRootGoesToo) {
  install_all();
  world_.context.volumes_root = "/elsewhere";
  world_.paths.volumes = "/state/volumes";
  EXPECT_EQ(purged().freed_bytes, kData);
  EXPECT_FALSE(world_.host.exists("/volumes/model_data"));
}

TEST_F(OwnershipTest, ANetworkMadeAgainByHandIsOursWhileOurContainersAreInIt) {
  ports::NetworkDetails network{.name = kStackNetwork};
  EXPECT_FALSE(is_ours(network, world_.catalog, {}));
  EXPECT_TRUE(is_ours(network, world_.catalog, {kStackNetwork}));
  network.labels = {{"com.example", "x"}};
  EXPECT_FALSE(is_ours(network, world_.catalog, {kStackNetwork}));
  network.labels = {{kNetworkLabel, "stack"}};
  EXPECT_TRUE(is_ours(network, world_.catalog, {}));
}

TEST_F(OwnershipTest, BelowMeansStrictlyBelow) {
  EXPECT_TRUE(lies_below("/a/b", "/a"));
  EXPECT_FALSE(lies_below("/a", "/a"));
  EXPECT_FALSE(lies_below("/a/../b", "/a"));
  EXPECT_FALSE(lies_below("/ab", "/a"));
}

}  // namespace
}  // namespace aistack::operations
