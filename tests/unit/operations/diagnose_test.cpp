#include "operations/diagnose.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/diagnose_bundle.hpp"
#include "operations/diagnose_engine.hpp"
#include "operations/diagnose_secrets.hpp"
#include "operations/install.hpp"
#include "support/memory_files.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;

class DiagnoseTest : public ::testing::Test {
 protected:
  DiagnoseTest() {
    world_.paths.state = "/state";
    world_.paths.secrets = "/state/secrets";
    world_.paths.log = "/log";
    world_.paths.config_files = {{"/etc/aistack/config.yaml", false}};
    world_.paths.versions_lock = "/etc/aistack/versions.lock";
    world_.paths.compose_directories = {"/catalog"};
    for (const auto& [name, text] : world_.files) files_.files["/catalog/" + name] = text;
  }

  Result<DiagnoseReport> diagnose(DiagnoseRequest request = {}) {
    request.output = "/out.zip";
    const DiagnoseTools tools{archives_, files_};
    return world_.run(operations::diagnose(world_.context, tools, std::move(request)));
  }
  // The files of the archive, once it has been written.
  const std::map<std::string, std::string>& bundle() { return archives_.archives.at("/out.zip"); }
  void install() {
    auto results = world_.run(operations::install(world_.context, {"model", "chat"}, {}));
    ASSERT_OK(results);
  }
  nlohmann::json json(const std::string& name) { return nlohmann::json::parse(bundle().at(name)); }

  aistack::testing::World world_;
  aistack::testing::MemoryArchives archives_;
  aistack::testing::MemoryFiles files_;
};

auto part(const std::string& name) {
  return Contains(Field(&MissingPart::part, name));
}

TEST_F(DiagnoseTest, HoldsEveryPart) {
  install();
  files_.files["/etc/aistack/config.yaml"] = "profile: all\n";
  files_.files["/state/idle_state.json"] = "{\"schema\": 1}";
  files_.files["/log/events.log"] = "{\"event\": 1}\n";
  files_.files["/log/events.log.1"] = "{\"event\": 0}\n";
  files_.files["/log/else.log"] = "not ours\n";
  const auto report = diagnose();
  ASSERT_OK(report);
  for (const auto* const name :
       {"diag_manifest.json", "health_report.json", "gpu_report.json", "versions.json",
        "engine.json", "host.json", "containers/model/inspect.json", "containers/model/log.txt",
        "containers/chat/inspect.json", "config/etc/aistack/config.yaml",
        "config/catalog/model.yaml", "state/idle_state.json", "logs/events.log",
        "logs/events.log.1"})
    EXPECT_THAT(bundle(), Contains(Key(std::string{name})));
  EXPECT_THAT(bundle(), Not(Contains(Key(std::string{"logs/else.log"}))));
  EXPECT_EQ(json("health_report.json")["services"].size(), 2U);
  EXPECT_EQ(bundle().at("logs/events.log"), "{\"event\": 1}\n");
  EXPECT_THAT(bundle().at("containers/model/log.txt"), HasSubstr("stdout started\n"));
}

TEST_F(DiagnoseTest, TheManifestListsWhatWasWritten) {
  install();
  const auto report = diagnose();
  ASSERT_OK(report);
  const auto manifest = json("diag_manifest.json");
  EXPECT_EQ(manifest["schema"], 1);
  EXPECT_EQ(manifest["files"].size(), bundle().size() - 1);
  for (const auto& file : manifest["files"]) {
    const auto name = file["name"].get<std::string>();
    EXPECT_EQ(file["bytes"], bundle().at(name).size());
    EXPECT_EQ(file["sha256"], "digest of " + name);
  }
  EXPECT_EQ(report.value().files.size(), bundle().size());
}

TEST_F(DiagnoseTest, OfTheEnvironmentOnlyTheNamesStay) {
  domain::ContainerSpec spec{.name = "model"};
  spec.config = {{"Image", "registry/model:1"},
                 {"Env", {"PLAIN=visible elsewhere", "EMPTY=", "LEFT"}},
                 {"Labels", {{"io.aistack.service", "model"}}}};
  world_.engine.add_image("registry/model:1");
  world_.engine.add_container(spec, true);
  ASSERT_OK(diagnose());
  EXPECT_EQ(json("containers/model/inspect.json")["Config"]["Env"],
            nlohmann::json({"PLAIN=***", "EMPTY=", "LEFT"}));
}

TEST_F(DiagnoseTest, KnownSecretsGoWhereverTheyStand) {
  files_.files["/state/secrets/chat.env"] = "SESSION_KEY=0badcafe0badcafe\n";
  files_.files["/log/aistack.log"] = "a session 0badcafe0badcafe began\n";
  files_.files["/state/other.json"] = "{\"x\": \"at 0badcafe0badcafe.\"}";
  const auto report = diagnose();
  ASSERT_OK(report);
  EXPECT_EQ(bundle().at("logs/aistack.log"), "a session *** began\n");
  EXPECT_EQ(bundle().at("state/other.json"), "{\"x\": \"at ***.\"}");
  for (const auto& [name, text] : bundle()) {
    EXPECT_THAT(text, Not(HasSubstr("0badcafe"))) << name;
    EXPECT_THAT(name, Not(HasSubstr("secrets")));
  }
  EXPECT_EQ(report.value().redacted, 2U);
}

TEST_F(DiagnoseTest, SecretsThatCannotBeReadAreSaid) {
  files_.errors["/state/secrets"] = {ErrorCode::kPermission, "/state/secrets: EACCES"};
  const auto report = diagnose();
  ASSERT_OK(report);
  EXPECT_THAT(report.value().missing,
              Contains(AllOf(Field(&MissingPart::part, "secrets"),
                             Field(&MissingPart::why, HasSubstr("EACCES")))));
}

TEST_F(DiagnoseTest, WithoutTheEngineTheRestIsThere) {
  files_.files["/log/events.log"] = "{}\n";
  world_.engine.before_call = [](const std::string&, const std::string&) {
    return std::optional{Error{ErrorCode::kEngineUnreachable, "nobody listens"}};
  };
  const auto report = diagnose();
  ASSERT_OK(report);
  EXPECT_THAT(report.value().missing, part("engine"));
  EXPECT_THAT(report.value().missing, part("containers"));
  EXPECT_THAT(bundle(), Contains(Key(std::string{"logs/events.log"})));
}

TEST_F(DiagnoseTest, AFileThatCannotBeReadIsMissingAndTheRestIsThere) {
  files_.files["/log/aistack.log"] = "x\n";
  files_.files["/log/events.log"] = "y\n";
  files_.errors["/log/aistack.log"] = {ErrorCode::kPermission, "EACCES"};
  const auto report = diagnose();
  ASSERT_OK(report);
  EXPECT_THAT(report.value().missing, part("logs/aistack.log"));
  EXPECT_EQ(bundle().at("logs/events.log"), "y\n");
}

TEST_F(DiagnoseTest, WhatCouldNotBeOpenedIsMissing) {
  DiagnoseRequest request;
  request.problems = {{ErrorCode::kBadConfig, "config.yaml:1: profle: unknown"}};
  const auto report = diagnose(std::move(request));
  ASSERT_OK(report);
  EXPECT_THAT(report.value().missing, Contains(Field(&MissingPart::why, HasSubstr("profle"))));
}

TEST_F(DiagnoseTest, LogsAndConfigurationMayBeLeftOut) {
  install();
  files_.files["/log/events.log"] = "{}\n";
  DiagnoseRequest request;
  request.logs = false;
  request.configuration = false;
  ASSERT_OK(diagnose(std::move(request)));
  for (const auto& [name, text] : bundle()) {
    EXPECT_THAT(name, Not(HasSubstr("log"))) << name;
    EXPECT_THAT(name, Not(HasSubstr("config/"))) << name;
  }
}

TEST_F(DiagnoseTest, OfALongContainerLogTheLastPartIsTakenAndThatIsSaid) {
  install();
  auto& log = world_.engine.find("model")->log;
  for (int i = 0; i < 3000; ++i)
    log.push_back({.text = std::to_string(i) + std::string(32 * 1024, 'x')});
  const auto report = diagnose();
  ASSERT_OK(report);
  const auto& text = bundle().at("containers/model/log.txt");
  EXPECT_LE(text.size(), kContainerLogBytes);
  EXPECT_GT(text.size(), kContainerLogBytes / 2);
  EXPECT_THAT(text.substr(text.size() - 40'000), HasSubstr("stdout 2999xxx"));
  EXPECT_THAT(report.value().files,
              Contains(AllOf(Field(&BundledFile::name, "containers/model/log.txt"),
                             Field(&BundledFile::note, HasSubstr("left out")))));
}

TEST_F(DiagnoseTest, AnArchiveThatCannotBeWrittenIsAnErrorWithItsState) {
  archives_.write_error = {ErrorCode::kDiskFull, "/out.zip: ENOSPC"};
  archives_.error_after = 1000;
  const auto report = diagnose();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kDiskFull);
  EXPECT_EQ(report.error().what, "cannot write /out.zip");
  EXPECT_EQ(report.error().state, "nothing was written");
  EXPECT_THAT(archives_.archives, IsEmpty());
}

TEST_F(DiagnoseTest, WhatIsThereIsNotOverwritten) {
  archives_.archives["/out.zip"] = {};
  const auto report = diagnose();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kConflict);
  EXPECT_THAT(report.error().next, Contains(HasSubstr("--output")));
}

TEST(DiagnoseSecrets, OfAVariableAreItsValueOrThePasswordInIt) {
  EXPECT_THAT(secrets_of_variable("API_TOKEN=0123456789"), ElementsAre("0123456789"));
  EXPECT_THAT(secrets_of_variable("DATABASE=postgres://app:longpassword@db/x"),
              ElementsAre("longpassword"));
  EXPECT_THAT(secrets_of_variable("API_TOKEN=short"), IsEmpty());
  EXPECT_THAT(secrets_of_variable("PATH=/usr/local/bin"), IsEmpty());
  EXPECT_THAT(secrets_of_variable("AUTH=undefined"), IsEmpty());
}

TEST(NameInArchive, StaysBelowWhereItIsUnpacked) {
  EXPECT_EQ(name_in_archive("/etc/aistack/config.yaml"), "etc/aistack/config.yaml");
  EXPECT_EQ(name_in_archive("/a/../../b/./c"), "a/b/c");
  EXPECT_EQ(name_in_archive("a\nb\\c"), "a_b_c");
}

}  // namespace
}  // namespace aistack::operations
