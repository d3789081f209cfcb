#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/update.hpp"
#include "world.hpp"

// Updates of a service of several containers: an application, the database that it shares a network
// with, and the migration that has to end before the application starts.
namespace aistack::operations {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using Outcome = UpdateReport::Outcome;

constexpr auto kApp = R"(name: app
services:
  db:
    image: registry/db:1
    container_name: app-db
    healthcheck: { test: [CMD, ask] }
  migrate:
    image: registry/migrate:1
    container_name: app-migrate
    depends_on: { db: { condition: service_started } }
  app:
    image: registry/app:1
    container_name: app
    ports: ["127.0.0.1:8000:8000"]
    depends_on:
      db: { condition: service_healthy }
      migrate: { condition: service_completed_successfully }
x-aistack:
  main: app
  health: { port: 8000, path: /, startup_timeout: 60s }
)";

testing::Behaviour migration(int exit_code) {
  return {.exits_after = std::chrono::seconds{2}, .exit_code = exit_code};
}

class SeveralContainers : public ::testing::Test {
 protected:
  SeveralContainers() {
    world_.files["app.yaml"] = kApp;
    world_.read_catalog();
    publish("db", "old", {});
    publish("migrate", "old", migration(0));
    publish("app", "old", {});
  }
  void publish(const std::string& part, const std::string& version, testing::Behaviour behaviour) {
    testing::FakeImage image{.behaviour = std::move(behaviour)};
    image.details.id = "sha256:" + part + "-" + version;
    world_.engine.registry["registry/" + part + ":1"] = std::move(image);
  }
  Result<DeployReport> install(DeployOptions options = {}) {
    auto results = world_.run(operations::install(world_.context, {"app"}, options));
    if (!results) return results.error();
    return std::move(results.value().front().result);
  }
  Result<UpdateReport> update() {
    return world_.run(operations::update(world_.context, "app", CheckOnly::no));
  }
  const ports::ContainerDetails& details(const std::string& name) {
    return world_.engine.find(name)->details;
  }

  testing::World world_;
};

TEST_F(SeveralContainers, TheNewVersionIsNotTriedOnTheLiveDatabase) {
  ASSERT_OK(install());
  publish("app", "new", {});
  const auto report = update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  EXPECT_THAT(world_.engine.calls, Not(Contains("create app.aistack-stage")));
  EXPECT_THAT(world_.progress.lines,
              Contains(HasSubstr("not tried beforehand, since it shares a network with app-")));
}

TEST_F(SeveralContainers, TheNewVersionIsTriedWhereItHasANetworkOfItsOwn) {
  auto& text = world_.files.at("app.yaml");
  text.replace(text.find("    container_name: app\n"), 0, "    networks: [own]\n");
  text.replace(text.find("x-aistack:"), 0, "networks: { own: {} }\n");
  world_.read_catalog();
  ASSERT_OK(install());
  publish("app", "new", {});
  ASSERT_OK(update());
  EXPECT_THAT(world_.engine.calls, Contains("create app.aistack-stage"));
}

TEST_F(SeveralContainers, TheMigrationOfTheNewVersionEndsBeforeThatStarts) {
  ASSERT_OK(install());
  publish("migrate", "new", migration(0));
  publish("app", "new", {});
  const auto report = update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  const auto& migrated = details("app-migrate");
  EXPECT_EQ(migrated.image_id, "sha256:migrate-new");
  EXPECT_EQ(migrated.state, ports::ContainerState::exited);
  ASSERT_TRUE(migrated.finished);
  EXPECT_GE(*details("app").started, *migrated.finished);
}

TEST_F(SeveralContainers, AMigrationThatFailsTakesTheUpdateBack) {
  ASSERT_OK(install());
  publish("migrate", "new", migration(3));
  publish("app", "new", {});
  const auto report = update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::rolled_back);
  EXPECT_THAT(report.value().error->why, HasSubstr("migrate ended with exit code 3"));
  EXPECT_EQ(details("app").image_id, "sha256:app-old");
  EXPECT_EQ(details("app").state, ports::ContainerState::running);
}

TEST_F(SeveralContainers, AMigrationThatNeverEndsTakesTheUpdateBack) {
  ASSERT_OK(install());
  publish("migrate", "new", {});
  publish("app", "new", {});
  const auto report = update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::rolled_back);
  EXPECT_THAT(report.value().error->why, HasSubstr("migrate has not completed within"));
}

TEST_F(SeveralContainers, WhatWasDownBeforeIsNeitherStartedNorWaitedFor) {
  ASSERT_OK(install());
  world_.engine.exit_now("app-db", 0);
  publish("app", "new", {});
  const auto report = update();
  ASSERT_OK(report);
  EXPECT_EQ(report.value().outcome, Outcome::updated);
  EXPECT_EQ(details("app-db").state, ports::ContainerState::exited);
}

TEST_F(SeveralContainers, AnInstallationWaitsForAMigrationAsLongAsItIsTold) {
  publish("migrate", "old", {});
  const auto begin = world_.clock.steady_now();
  DeployOptions options;
  options.timeout = std::chrono::seconds{7};
  const auto report = install(options);
  EXPECT_ERROR(report, ErrorCode::kNotHealthy);
  EXPECT_THAT(report.error().why, HasSubstr("migrate has not completed within 7"));
  EXPECT_LT(world_.clock.steady_now() - begin, std::chrono::seconds{20});
}

}  // namespace
}  // namespace aistack::operations
