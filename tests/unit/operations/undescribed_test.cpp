#include "operations/undescribed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/labels.hpp"
#include "operations/logs.hpp"
#include "operations/remove.hpp"
#include "operations/status.hpp"
#include "operations/stop.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// `model` and `chat` run; then the file of `model` can no longer be used.
class UndescribedTest : public ::testing::Test {
 protected:
  UndescribedTest() {
    if (!world.run(install(world.context, {"model", "chat"}, {})))
      throw std::runtime_error("not installed");
  }

  void break_file() {
    auto entries = world.catalog.entries();
    std::erase_if(entries, [](const auto& entry) { return entry.name == "model"; });
    Error error{ErrorCode::kBadCatalog, "/catalog/model.yaml:3: \"imge\" is unknown\nand more"};
    const auto directories = world.catalog.directories();
    world.catalog = Catalog{std::move(entries), {{"model", {}, std::move(error)}}, directories};
  }

  ServiceStatus model() {
    const auto report = world.run(status(world.context));
    if (!report) throw std::runtime_error(report.error().why);
    EXPECT_EQ(report.value().services.size(), 2U);
    EXPECT_EQ(report.value().all_green(),
              report.value().services.back().verdict.health == domain::Health::none);
    return report.value().services.back();
  }

  testing::World world;
};

TEST_F(UndescribedTest, ARunningServiceWhoseFileIsBrokenIsShownAndIsNotGreen) {
  break_file();
  const auto shown = model();
  EXPECT_EQ(shown.name, "model");
  EXPECT_EQ(shown.state, ServiceState::running);
  EXPECT_EQ(shown.verdict.health, domain::Health::yellow);
  EXPECT_EQ(shown.verdict.reason,
            "its file cannot be used: /catalog/model.yaml:3: \"imge\" is unknown");
  EXPECT_EQ(shown.container, "model");
}

TEST_F(UndescribedTest, CanBeStopped) {
  break_file();
  for (const bool was_running : {true, false}) {
    const auto stopped = world.run(stop(world.context, {"model"}));
    ASSERT_OK(stopped);
    ASSERT_OK(stopped.value().front().result);
    EXPECT_EQ(stopped.value().front().result.value().was_running, was_running);
  }
  EXPECT_EQ(model().verdict.health, domain::Health::none);
  EXPECT_EQ(world.engine.find("chat")->details.state, ports::ContainerState::running);
}

TEST_F(UndescribedTest, CanBeRemovedButKeepsItsData) {
  break_file();
  const auto purged = world.run(remove(world.context, "model", PurgeData::yes));
  EXPECT_ERROR(purged, ErrorCode::kBadCatalog);
  EXPECT_EQ(purged.error().state, kNothingChanged);
  EXPECT_EQ(model().state, ServiceState::running);
  const auto removed = world.run(remove(world.context, "model", PurgeData::no));
  ASSERT_OK(removed);
  EXPECT_TRUE(removed.value().was_installed);
  EXPECT_THAT(removed.value().containers, ElementsAre("model"));
  EXPECT_THAT(removed.value().kept_volumes, ElementsAre("model_data"));
  EXPECT_THAT(removed.value().networks, ElementsAre("model_default"));
  EXPECT_EQ(world.engine.find("model"), nullptr);
  EXPECT_TRUE(world.engine.volumes.contains("model_data"));
  EXPECT_EQ(world.run(status(world.context)).value().services.size(), 1U);
  EXPECT_ERROR(world.run(remove(world.context, "model", PurgeData::no)), ErrorCode::kBadCatalog);
  EXPECT_NE(world.engine.find("chat"), nullptr);
}

// Left by an update that was killed.
TEST_F(UndescribedTest, GoesTogetherWithATrial) {
  domain::ContainerSpec trial{.name = "model.aistack-stage"};
  trial.config = {{"Image", "registry/model:1"},
                  {"Labels", {{kServiceLabel, "model"}, {kStageLabel, "yes"}}}};
  ASSERT_OK(world.run(world.engine.create_container(trial)));
  break_file();
  EXPECT_EQ(model().container, "model");
  EXPECT_EQ(model().state, ServiceState::running);
  ASSERT_OK(world.run(remove(world.context, "model", PurgeData::no)));
  EXPECT_EQ(world.engine.find("model.aistack-stage"), nullptr);
}

// As after `docker compose up`: aistack leaves such a container as it is.
TEST_F(UndescribedTest, IsFoundByTheFileThatDockerComposeNotes) {
  auto& labels = world.engine.find("model")->details.labels;
  std::erase_if(labels, [](const auto& label) { return label.first.starts_with("io.aistack."); });
  labels["com.docker.compose.project.config_files"] = "/other/x.yaml,/catalog/model.yaml";
  break_file();
  EXPECT_EQ(model().state, ServiceState::running);
  const auto removed = world.run(remove(world.context, "model", PurgeData::no));
  ASSERT_OK(removed);
  EXPECT_THAT(removed.value().containers, ElementsAre("model"));
  EXPECT_NE(world.engine.find("chat"), nullptr);
}

// Killed between its containers and its network.
TEST_F(UndescribedTest, IsRemovedInTheSecondTry) {
  break_file();
  world.engine.before_call = [](const std::string& call, const std::string&) {
    return call == "remove_network" ? std::optional{Error{ErrorCode::kEngineUnreachable, "gone"}}
                                    : std::nullopt;
  };
  EXPECT_FALSE(world.run(remove(world.context, "model", PurgeData::no)));
  world.engine.before_call = {};
  const auto removed = world.run(remove(world.context, "model", PurgeData::no));
  ASSERT_OK(removed);
  EXPECT_THAT(removed.value().networks, ElementsAre("model_default"));
  EXPECT_THAT(removed.value().kept_volumes, ElementsAre("model_data"));
}

TEST_F(UndescribedTest, ShowsItsLog) {
  break_file();
  std::vector<std::string> lines;
  const LogEntrySink sink = [&](const LogEntry& entry) {
    if (entry.source == "model") lines.push_back(entry.text);
    return true;
  };
  ASSERT_OK(world.run(logs(world.context, {.service = "model"}, sink)));
  EXPECT_THAT(lines, ElementsAre("started"));
}

TEST_F(UndescribedTest, OneThatIsNotInstalledCannotBeStopped) {
  world.state.documents.clear();
  break_file();
  EXPECT_ERROR(world.run(stop(world.context, {"model"})), ErrorCode::kBadCatalog);
  EXPECT_ERROR(world.run(stop(world.context, {"mdel"})), ErrorCode::kUnknownService);
  EXPECT_ERROR(world.run(remove(world.context, "model", PurgeData::no)), ErrorCode::kBadCatalog);
  EXPECT_ERROR(world.run(logs(world.context, {.service = "mdel"}, {})), ErrorCode::kUnknownService);
}

TEST_F(UndescribedTest, OneThatDiedMeanwhileIsRed) {
  ASSERT_OK(world.run(world.engine.stop_container("model", std::chrono::seconds{1})));
  break_file();
  EXPECT_EQ(model().verdict.health, domain::Health::red);
}

TEST_F(UndescribedTest, OneThatWasStoppedOnPurposeStaysStopped) {
  ASSERT_OK(world.run(stop(world.context, {"model"})));
  break_file();
  EXPECT_EQ(model().verdict.health, domain::Health::none);
}

TEST_F(UndescribedTest, ADamagedRecordHidesNothing) {
  world.state.documents["model_service.json"] = {{"schema", 1}, {"wanted", 7}};
  break_file();
  const auto shown = model();
  EXPECT_EQ(shown.verdict.health, domain::Health::yellow);
  EXPECT_THAT(shown.verdict.reason, HasSubstr("installed_at"));
}

TEST_F(UndescribedTest, OneWhoseFileIsGoneSaysSo) {
  world.files.erase("model.yaml");
  world.read_catalog();
  const auto shown = model();
  EXPECT_EQ(shown.verdict.health, domain::Health::yellow);
  EXPECT_THAT(shown.verdict.reason, HasSubstr("no file of the catalog"));
}

}  // namespace
}  // namespace aistack::operations
