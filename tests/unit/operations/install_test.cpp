#include "operations/install.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/remove.hpp"
#include "operations/status.hpp"
#include "operations/stop.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class InstallTest : public ::testing::Test {
 protected:
  aistack::testing::World world_;

  Result<ServiceResults> install(std::vector<std::string> services, DeployOptions options = {}) {
    return world_.run(operations::install(world_.context, std::move(services), options));
  }
  // Installs what must succeed.
  DeployReport installed(const std::string& service, DeployOptions options = {}) {
    auto results = install({service}, options);
    if (!results) throw std::runtime_error(results.error().why);
    auto& result = results.value().front().result;
    if (!result) throw std::runtime_error(result.error().what + ": " + result.error().why);
    return result.value();
  }
  Error failure(const std::string& service) {
    auto results = install({service});
    if (!results) return results.error();
    return results.value().front().result.error();
  }
};

TEST_F(InstallTest, BringsAServiceUpFromNothing) {
  const auto report = installed("model");
  EXPECT_EQ(report.action, Deployed::created);
  EXPECT_EQ(report.health, domain::Health::green);
  ASSERT_NE(world_.engine.find("model"), nullptr);
  EXPECT_EQ(world_.engine.volumes.at("model_data").options.at("device"), "/volumes/model_data");
  EXPECT_THAT(world_.events.names(),
              ElementsAre("service.install.started", "service.install.completed"));
}

TEST_F(InstallTest, OfSeveralThatIsRefusedEndsWhatItHasBegun) {
  const auto held =
      world_.run(world_.locks.acquire("model", "update", std::chrono::nanoseconds{0}));
  ASSERT_OK(held);
  EXPECT_ERROR(install({"chat", "model"}), ErrorCode::kLocked);
  EXPECT_THAT(world_.events.names(),
              ElementsAre("service.install.started", "service.install.failed"));
}

TEST_F(InstallTest, WithoutAStartWantsNothingToRun) {
  const auto health = [this] {
    const auto seen = world_.run(status(world_.context));
    return seen ? seen.value().services.front().verdict.health : domain::Health::red;
  };
  installed("model", {.start = false});
  EXPECT_EQ(health(), domain::Health::none);
  installed("model");
  installed("model", {.start = false});
  EXPECT_EQ(health(), domain::Health::green) << "one that runs goes on";
  ASSERT_OK(world_.run(stop(world_.context, {"model"})));
  installed("model", {.start = false});
  EXPECT_EQ(health(), domain::Health::none) << "it was stopped on purpose";
}

TEST_F(InstallTest, ASecondTimeChangesNothing) {
  installed("model");
  const auto before = world_.engine.changes();
  EXPECT_EQ(installed("model").action, Deployed::unchanged);
  EXPECT_EQ(world_.engine.changes(), before);
}

TEST_F(InstallTest, AnEditedFileRecreatesTheContainerAndNamesTheKey) {
  installed("model");
  const auto old_id = world_.engine.find("model")->details.id;
  auto& text = world_.files.at("model.yaml");
  text.replace(text.find("127.0.0.1:11434:"), 16, "127.0.0.1:11999:");
  world_.read_catalog();
  const auto report = installed("model");
  EXPECT_EQ(report.action, Deployed::recreated);
  EXPECT_THAT(report.drifted, ElementsAre("ports"));
  EXPECT_NE(world_.engine.find("model")->details.id, old_id);
  EXPECT_EQ(world_.engine.containers.size(), 1U);
}

TEST_F(InstallTest, AReplacementThatDoesNotStartBringsTheOldContainerBack) {
  installed("model");
  const auto old_id = world_.engine.find("model")->details.id;
  auto& text = world_.files.at("model.yaml");
  text.replace(text.find("127.0.0.1:11434:"), 16, "127.0.0.1:11999:");
  world_.read_catalog();
  world_.engine.fail_next("start", {ErrorCode::kBadContainerSpec, "no such file"});
  const auto error = failure("model");
  EXPECT_EQ(error.state, "the previous container is back as it was");
  EXPECT_EQ(world_.engine.find("model")->details.id, old_id);
  EXPECT_EQ(world_.engine.find("model")->details.state, ports::ContainerState::running);
  EXPECT_EQ(world_.engine.containers.size(), 1U);
}

constexpr auto kPair = R"(
services:
  pair:
    image: registry/model:1
    container_name: pair
    ports: ["12001:12001"]
    configs: [{ source: motd, target: /etc/motd }]
  side:
    image: registry/chat:1
    container_name: side
    network_mode: service:pair
configs: { motd: { content: "hello" } }
)";

TEST_F(InstallTest, AContainerInAnothersNetworkNamesItById) {
  world_.files["pair.yaml"] = kPair;
  world_.read_catalog();
  installed("pair");
  const auto network = [&] {
    return world_.engine.find("side")->spec.host_config.value("NetworkMode", "");
  };
  EXPECT_EQ(network(), "container:" + world_.engine.find("pair")->details.id);
  EXPECT_EQ(installed("pair").action, Deployed::unchanged);
}

TEST_F(InstallTest, AContainerInAnothersNetworkFollowsItWhenItIsReplaced) {
  world_.files["pair.yaml"] = kPair;
  world_.read_catalog();
  installed("pair");
  auto& text = world_.files.at("pair.yaml");
  text.replace(text.find("12001:"), 6, "12002:");
  world_.read_catalog();
  EXPECT_THAT(installed("pair").drifted, ElementsAre("pair.ports", "side.depends_on.pair"));
  EXPECT_EQ(world_.engine.find("side")->spec.host_config.value("NetworkMode", ""),
            "container:" + world_.engine.find("pair")->details.id);
}

TEST_F(InstallTest, FilesWithoutAFileAreInTheContainerThatIsCreated) {
  world_.files["pair.yaml"] = kPair;
  world_.read_catalog();
  installed("pair");
  const auto& files = world_.engine.find("pair")->spec.files;
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].path, "/etc/motd");
  EXPECT_EQ(files[0].content, "hello");
}

TEST(CatalogTest, AFileWhoseServicesWouldNotRunIsRefused) {
  const CatalogRequest request{
      .directories = {"/catalog"},
      .environment = {},
      .list_directory = [](const auto&) -> Result<std::vector<std::string>> {
        return std::vector<std::string>{"idle.yaml"};
      },
      .read_file = [](const auto&) -> Result<std::optional<std::string>> {
        return std::optional<std::string>{"services: { x: { image: y, profiles: [never] } }\n"};
      }};
  const auto catalog = load_catalog(request);
  ASSERT_OK(catalog);
  EXPECT_EQ(catalog.value().find("idle").error().code, ErrorCode::kBadCatalog);
}

TEST_F(InstallTest, GeneratesSecretsOnceAndKeepsThem) {
  installed("chat");
  EXPECT_TRUE(world_.secrets.secrets.contains("chat"));
  const auto before = world_.secrets.secrets;
  installed("chat");
  EXPECT_EQ(world_.secrets.secrets, before);
}

TEST_F(InstallTest, APullThatFailsChangesNothing) {
  world_.engine.registry_error = Error{ErrorCode::kRegistryDenied, "login required"};
  const auto error = failure("model");
  EXPECT_EQ(error.code, ErrorCode::kRegistryDenied);
  EXPECT_EQ(error.state, "nothing was changed");
  EXPECT_TRUE(world_.engine.volumes.empty());
  EXPECT_TRUE(world_.engine.containers.empty());
  EXPECT_TRUE(world_.state.documents.empty());
}

TEST_F(InstallTest, ARegistryThatComesBackIsTriedAgain) {
  world_.engine.fail_next("pull", {ErrorCode::kRegistryUnreachable, "connection refused"});
  EXPECT_EQ(installed("model").action, Deployed::created);
  EXPECT_THAT(world_.progress.lines, Contains(HasSubstr("try 2 of 3")));
}

TEST_F(InstallTest, APortOfAProcessIsNamedBeforeAnythingChanges) {
  world_.host.holders[11434] = {
      .pid = 812, .program = "ollama", .unit = "ollama", .address = "127.0.0.1:11434"};
  const auto error = failure("model");
  EXPECT_EQ(error.what, "cannot start model: port 11434 is already in use");
  EXPECT_EQ(error.why, "127.0.0.1:11434 is held by pid 812 (ollama)");
  EXPECT_EQ(error.state, "nothing was changed");
  EXPECT_THAT(error.next, Contains("sudo systemctl stop ollama"));
  EXPECT_TRUE(world_.engine.changes().empty());
}

// What listens between two starts of a container in a loop is the engine's, and for it.
TEST_F(InstallTest, AContainerInALoopDoesNotHoldItsOwnPort) {
  installed("model");
  auto& details = world_.engine.find("model")->details;
  details.state = ports::ContainerState::restarting;
  details.ports.clear();
  world_.host.holders[11434] = {
      .pid = 5, .program = "docker-proxy", .unit = "docker", .address = "127.0.0.1:11434"};
  auto& text = world_.files.at("model.yaml");
  text.replace(text.find("    volumes:"), 0, "    environment: { MENDED: \"yes\" }\n");
  world_.read_catalog();
  EXPECT_EQ(installed("model").action, Deployed::recreated);
}

TEST_F(InstallTest, AForeignContainerWithOurNameIsNeverTouched) {
  domain::ContainerSpec foreign{.name = "model"};
  foreign.config["Image"] = "registry/model:1";
  world_.engine.add_image("registry/model:1");
  world_.engine.add_container(foreign, true);
  const auto error = failure("model");
  EXPECT_EQ(error.code, ErrorCode::kNameInUse);
  EXPECT_TRUE(world_.engine.changes().empty());
}

TEST_F(InstallTest, OneServiceThatFailsDoesNotStopTheOther) {
  world_.engine.registry.erase("registry/chat:1");
  auto results = install({"model", "chat"});
  ASSERT_OK(results);
  EXPECT_TRUE(results.value()[0].result.has_value());
  EXPECT_FALSE(results.value()[1].result.has_value());
}

TEST_F(InstallTest, AServiceThatExitsAtOnceIsNotWaitedForUntilTheTimeout) {
  world_.engine.registry["registry/model:1"].behaviour.exits_after = std::chrono::seconds{0};
  world_.engine.registry["registry/model:1"].behaviour.exit_code = 3;
  world_.engine.registry["registry/model:1"].behaviour.never_ready = true;
  const auto begin = world_.clock.steady_now();
  const auto error = failure("model");
  EXPECT_EQ(error.code, ErrorCode::kNotHealthy);
  EXPECT_THAT(error.why, HasSubstr("exit code 3"));
  EXPECT_LT(world_.clock.steady_now() - begin, std::chrono::seconds{5});
}

TEST_F(InstallTest, ASlowServiceIsWaitedFor) {
  world_.engine.registry["registry/model:1"].behaviour.ready_after = std::chrono::seconds{40};
  EXPECT_EQ(installed("model").health, domain::Health::green);
}

TEST_F(InstallTest, StopIsRememberedAndStartClearsIt) {
  installed("model");
  ASSERT_OK(world_.run(operations::stop(world_.context, {"model"})));
  auto report = world_.run(operations::status(world_.context));
  ASSERT_OK(report);
  EXPECT_EQ(report.value().services[0].state, ServiceState::stopped);
  EXPECT_EQ(report.value().services[0].verdict.health, domain::Health::none);
  ASSERT_OK(world_.run(operations::start(world_.context, {"model"}, {})));
  report = world_.run(operations::status(world_.context));
  EXPECT_EQ(report.value().services[0].verdict.health, domain::Health::green);
}

TEST_F(InstallTest, AContainerThatSomebodyRemovedIsMissingAndStartMakesItAnew) {
  installed("model");
  const ports::RemoveOptions force{.force = true};
  ASSERT_OK(world_.run(world_.engine.remove_container("model", force)));
  auto report = world_.run(operations::status(world_.context));
  EXPECT_EQ(report.value().services[0].state, ServiceState::missing);
  EXPECT_EQ(report.value().services[0].verdict.health, domain::Health::red);
  ASSERT_OK(world_.run(operations::start(world_.context, {"model"}, {})));
  EXPECT_NE(world_.engine.find("model"), nullptr);
}

TEST_F(InstallTest, RemoveKeepsTheVolumesAndPurgeDoesNot) {
  installed("model");
  world_.host.trees["/volumes/model_data"] = 1000;
  auto removed = world_.run(operations::remove(world_.context, "model", PurgeData::no));
  ASSERT_OK(removed);
  EXPECT_THAT(removed.value().kept_volumes, ElementsAre("model_data"));
  EXPECT_TRUE(world_.engine.containers.empty());
  removed = world_.run(operations::remove(world_.context, "model", PurgeData::no));
  ASSERT_OK(removed);
  EXPECT_FALSE(removed.value().was_installed);
  removed = world_.run(operations::remove(world_.context, "model", PurgeData::yes));
  ASSERT_OK(removed);
  EXPECT_EQ(removed.value().freed_bytes, 1000U);
  EXPECT_TRUE(world_.engine.volumes.empty());
}

TEST_F(InstallTest, AnotherAistackIsNamedAndNothingChanges) {
  world_.locks.hold("model", "update");
  const auto error = failure("model");
  EXPECT_EQ(error.code, ErrorCode::kLocked);
  EXPECT_TRUE(world_.engine.changes().empty());
}

}  // namespace
}  // namespace aistack::operations
