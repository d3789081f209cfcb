#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/labels.hpp"
#include "operations/stage.hpp"
#include "operations/status.hpp"
#include "operations/stop.hpp"
#include "operations/update.hpp"
#include "world.hpp"

// Updates of a service whose file was edited since it was installed: what the new container needs
// beside its image, and what stands in its way, is seen to before the running one is touched.
namespace aistack::operations {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using Outcome = UpdateReport::Outcome;

constexpr auto kNewImage = "sha256:new";

class EditedFile : public ::testing::Test {
 protected:
  void SetUp() override {
    install_now("model");
    old_image_ = world_.engine.find("model")->details.image_id;
    publish("model", {});
  }
  void install_now(const std::string& service) {
    const auto results = world_.run(install(world_.context, {service}, {}));
    ASSERT_OK(results);
    ASSERT_OK(results.value().front().result);
  }
  void publish(const std::string& service, testing::Behaviour behaviour) {
    testing::FakeImage image{.behaviour = std::move(behaviour)};
    image.details.id = kNewImage;
    world_.engine.registry["registry/" + service + ":1"] = std::move(image);
  }
  void edit(const std::string& file, const std::string& from, const std::string& to) {
    auto& text = world_.files.at(file);
    text.replace(text.find(from), from.size(), to);
    world_.read_catalog();
  }
  void add_a_volume() {
    edit("model.yaml", "volumes: { model_data", "volumes: { more: { name: more }, model_data");
    edit("model.yaml", R"(["model_data:/data"])", R"(["model_data:/data", "more:/more"])");
  }
  Result<UpdateReport> update(const std::string& service = "model") {
    return world_.run(operations::update(world_.context, service, CheckOnly::no));
  }
  // The only container, running what is expected.
  void expect(const std::string& name, const std::string& image) {
    EXPECT_EQ(world_.engine.containers.size(), 1U);
    const auto* container = world_.engine.find(name);
    ASSERT_NE(container, nullptr);
    EXPECT_EQ(container->details.image_id, image);
    EXPECT_EQ(container->details.state, ports::ContainerState::running);
  }

  testing::World world_;
  std::string old_image_;
};

TEST_F(EditedFile, ANewVolumeIsMadeAsAnInstallationMakesIt) {
  add_a_volume();
  const auto report = update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  const auto& volume = world_.engine.volumes.at("more");
  EXPECT_THAT(volume.options, Contains(std::pair{"device", "/volumes/more"}));
  EXPECT_THAT(volume.labels, Contains(std::pair{kVolumeLabel, "model"}));
}

TEST_F(EditedFile, ANewVolumeIsGoneAgainWhereTheVersionIs) {
  for (const bool tried : {true, false}) {
    world_.settings.updates.stage = tried;
    testing::Behaviour dies{.exits_after = std::chrono::seconds{4}, .exit_code = 7};
    publish("model", tried ? testing::Behaviour{.http_status = 500} : std::move(dies));
    if (tried) add_a_volume();
    const auto report = update();
    EXPECT_TRUE(tried ? !report : report.value().outcome == Outcome::rolled_back);
    EXPECT_FALSE(world_.engine.volumes.contains("more"));
    expect("model", old_image_);
  }
}

TEST_F(EditedFile, ALostNetworkIsMadeAgain) {
  std::erase_if(world_.engine.networks,
                [](const auto& network) { return network.second.name == "model_default"; });
  const auto report = update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  expect("model", kNewImage);
}

TEST_F(EditedFile, ATakenPortIsFoundBeforeAnythingIsStopped) {
  edit("model.yaml", "127.0.0.1:11434:", "127.0.0.1:11999:");
  world_.host.holders[11999] = {812, "squatter", "", "127.0.0.1:11999"};
  world_.engine.ports_of_processes.insert(11999);
  world_.engine.calls.clear();
  const auto report = update();
  EXPECT_ERROR(report, ErrorCode::kPortInUse);
  EXPECT_THAT(report.error().why, HasSubstr("pid 812 (squatter)"));
  EXPECT_EQ(report.error().state, "nothing was changed");
  EXPECT_THAT(world_.engine.calls, Not(Contains("stop model")));
  expect("model", old_image_);
}

TEST_F(EditedFile, ATakenPortDoesNotMatterToAServiceThatIsStopped) {
  ASSERT_OK(world_.run(stop(world_.context, {"model"})));
  world_.host.holders[11434] = {812, "squatter", "", "127.0.0.1:11434"};
  const auto report = update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  EXPECT_EQ(world_.engine.find("model")->details.image_id, kNewImage);
}

TEST_F(EditedFile, AForeignContainerWithTheNewNameIsFoundBeforeAnythingIsStopped) {
  world_.engine.add_image("registry/other:1");
  domain::ContainerSpec foreign;
  foreign.name = "taken";
  foreign.config["Image"] = "registry/other:1";
  world_.engine.add_container(foreign, true);
  edit("model.yaml", "container_name: model", "container_name: taken");
  const auto report = update();
  EXPECT_ERROR(report, ErrorCode::kNameInUse);
  EXPECT_EQ(report.error().what, "cannot update model");
  EXPECT_EQ(world_.engine.find("model")->details.state, ports::ContainerState::running);
}

TEST_F(EditedFile, ANewSecretReachesTheNewContainer) {
  world_.context.reload_catalog = [this]() -> Result<> {
    auto& lines = world_.files["chat.env"];
    lines.clear();
    for (const auto& [name, value] : world_.secrets.secrets["chat"])
      lines += name + "=" + value + "\n";
    world_.read_catalog();
    return ok();
  };
  edit("chat.yaml", "    volumes:",
       "    env_file: [{path: /fake/state/secrets/chat.env, required: false}]\n    volumes:");
  install_now("chat");
  edit("chat.yaml", "secrets: {", "secrets: { SECOND_KEY: { bytes: 16 },");
  publish("chat", {});
  const auto report = update("chat");
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  EXPECT_THAT(world_.engine.find("chat")->details.environment,
              Contains(HasSubstr("SECOND_KEY=secret-")));
}

// -- container_name

TEST_F(EditedFile, AnotherNameIsTheContainersAfterTheUpdate) {
  edit("model.yaml", "container_name: model", "container_name: other");
  const auto report = update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  expect("other", kNewImage);
}

TEST_F(EditedFile, AVersionThatFailsUnderAnotherNameIsRolledBack) {
  world_.settings.updates.stage = false;
  publish("model", {.exits_after = std::chrono::seconds{4}, .exit_code = 7});
  edit("model.yaml", "container_name: model", "container_name: other");
  const auto report = update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::rolled_back);
  expect("other", old_image_);
}

// Killed after each change that the engine was asked for.
TEST(EditedName, AKilledUpdateLeavesOneContainerThatRuns) {
  static const std::vector<std::string> kChanges{"create", "start", "stop", "rename", "remove"};
  int kills = 0;
  for (bool died = true; died; ++kills) {
    testing::World world;
    ASSERT_OK(world.run(install(world.context, {"model"}, {})));
    testing::FakeImage image;
    image.details.id = kNewImage;
    world.engine.registry["registry/model:1"] = std::move(image);
    auto& text = world.files.at("model.yaml");
    text.replace(text.find("container_name: model"), 21, "container_name: other");
    world.read_catalog();
    int changes = 0;
    died = false;
    const Error gone{ErrorCode::kEngineUnreachable, "killed"};
    world.engine.before_call = [&](const std::string& call, const std::string&) {
      if (died) return std::optional{gone};
      const bool counts = std::find(kChanges.begin(), kChanges.end(), call) != kChanges.end();
      died = counts && changes++ == kills;
      return std::optional<Error>{};
    };
    world.state.before_write = [&](const std::string&) {
      return died ? std::optional{gone} : std::nullopt;
    };
    static_cast<void>(world.run(update(world.context, "model", CheckOnly::no)));
    world.engine.before_call = nullptr;
    world.state.before_write = nullptr;
    const auto started = world.run(start(world.context, {"model"}, {}));
    ASSERT_OK(started);
    ASSERT_OK(started.value().front().result);
    ASSERT_EQ(world.engine.containers.size(), 1U) << "killed after change " << kills;
    const auto* container = world.engine.find("other");
    ASSERT_NE(container, nullptr) << "killed after change " << kills;
    EXPECT_EQ(container->details.state, ports::ContainerState::running);
  }
  EXPECT_GT(kills, 8);
}

// -- the trial

TEST_F(EditedFile, NothingIsTriedOnARootlessEngine) {
  world_.engine.rootless = true;
  const auto report = update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  EXPECT_THAT(world_.engine.calls, Not(Contains("create model.aistack-stage")));
  EXPECT_THAT(world_.progress.lines,
              Contains("model: note not tried beforehand, since a rootless engine's containers are "
                       "reached by published ports only: the watch after its start is what proves "
                       "it"));
}

TEST(StageSpec, HasNoOtherContainersVolumes) {
  domain::ContainerSpec spec;
  spec.name = "app";
  spec.host_config = {{"VolumesFrom", {"0123"}}, {"Memory", 5}};
  const auto staged = stage_spec(spec, "app");
  EXPECT_FALSE(staged.host_config.contains("VolumesFrom"));
  EXPECT_EQ(staged.host_config["Memory"], 5);
}

TEST_F(EditedFile, APausedServiceRunsTheNewVersion) {
  ASSERT_OK(world_.run(world_.engine.pause_container("model")));
  const auto report = update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  EXPECT_EQ(world_.engine.find("model")->details.image_id, kNewImage);
  EXPECT_EQ(world_.engine.find("model")->details.state, ports::ContainerState::running);
}

TEST_F(EditedFile, APausedServiceRunsAgainAfterAFailedUpdate) {
  ASSERT_OK(world_.run(world_.engine.pause_container("model")));
  world_.settings.updates.stage = false;
  publish("model", {.http_status = 500});
  const auto report = update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::rolled_back);
  EXPECT_EQ(world_.engine.find("model")->details.image_id, old_image_);
  EXPECT_EQ(world_.engine.find("model")->details.state, ports::ContainerState::running);
}

TEST_F(EditedFile, AfterARollbackTheVersionThatRunsIsShown) {
  testing::FakeImage second;
  second.details.id = kNewImage;
  world_.engine.registry["registry/model:2"] = std::move(second);
  edit("model.yaml", "registry/model:1", "registry/model:2");
  ASSERT_OK(update());
  ASSERT_OK(world_.run(rollback(world_.context, "model")));
  const auto report = world_.run(status(world_.context));
  ASSERT_OK(report);
  EXPECT_EQ(report.value().services.front().image, "registry/model:1");
}

}  // namespace
}  // namespace aistack::operations
