#include <gtest/gtest.h>

#include "unit/compose/support.hpp"

namespace aistack::compose {
namespace {

constexpr const char* kApp = "services: { app: { image: x } }\n";

std::string name_of(const Files& files, std::map<std::string, std::string> variables = {}) {
  const auto project = load(request_of(files, std::move(variables)));
  return project ? project.value().name : project.error().why;
}

TEST(ProjectName, IsTheDirectorysUnlessTheFileNamesOne) {
  EXPECT_EQ(name_of({{"app.yaml", kApp}}), "ai");
  EXPECT_EQ(name_of({{"app.yaml", std::string("name: stack\n") + kApp}}), "stack");
  EXPECT_EQ(name_of({{"app.yaml", std::string("name: My ${X:-Stack}!\n") + kApp}}), "mystack");
  EXPECT_EQ(name_of({{"app.yaml", std::string("name: one\n") + kApp},
                     {"app.override.yaml", "name: two\n"}}),
            "two");
}

TEST(ProjectName, OfTheEnvironmentWinsAsInCompose) {
  const Files files{{"app.yaml", std::string("name: stack\n") + kApp},
                    {".env", "COMPOSE_PROJECT_NAME=dotenv\n"}};
  EXPECT_EQ(name_of(files), "dotenv");
  EXPECT_EQ(name_of(files, {{"COMPOSE_PROJECT_NAME", "process"}}), "process");
  EXPECT_NE(name_of(files, {{"COMPOSE_PROJECT_NAME", "No Name"}}).find("cannot be the name"),
            std::string::npos);
}

TEST(Variables, TheProcessWinsOverDotenv) {
  const auto project = load(request_of(
      {{"app.yaml", "services: { app: { image: \"${A}/${B}\" } }"}, {".env", "A=one\nB=two\n"}},
      {{"B", "process"}}));
  ASSERT_TRUE(project);
  EXPECT_EQ(project.value().services.front().image, "one/process");
}

TEST(Variables, PwdIsTheDirectoryOfTheFileWhereverAistackRuns) {
  const auto project =
      load_text("services: { app: { image: x, command: \"$PWD\" } }", {{"PWD", "/root"}});
  ASSERT_TRUE(project);
  EXPECT_EQ(project.value().services.front().model["command"][0], "/srv/ai");
}

TEST(Profiles, TheEmptyOneIsActiveByDefault) {
  const auto project = load_text("services: { app: { image: x, profiles: ['', gpu] } }");
  ASSERT_TRUE(project);
  EXPECT_EQ(project.value().services.size(), 1U);
}

TEST(Variables, OneThatIsNotSetIsNotedOnce) {
  const auto project =
      load_text("services:\n  app: { image: x, environment: { A: \"$NO\", B: \"$NO\" } }\n");
  ASSERT_TRUE(project);
  ASSERT_EQ(project.value().notes.size(), 1U);
  EXPECT_EQ(
      to_string(project.value().notes.front()),
      "/srv/ai/app.yaml:2: the variable NO is not set; it counts as empty; give it a value, or "
      "write ${NO:-default}");
}

TEST(EnvFiles, ThoseOfTheServiceAreBelowItsOwnVariables) {
  const auto project = load(request_of(
      {{"app.yaml",
        "services: { app: { image: x, env_file: [a.env, { path: no.env, required: false }], "
        "environment: { B: own, C: } } }"},
       {"a.env", "A=$B\nB=file\nC=file\n"}}));
  ASSERT_TRUE(project);
  EXPECT_EQ(project.value().services.front().model["environment"].dump(),
            R"({"A":"own","B":"own","C":null})");
}

TEST(EnvFiles, AMistakeNamesBothFiles) {
  EXPECT_EQ(refusal(Files{{"app.yaml", "services:\n  app: { image: x, env_file: a.env }\n"},
                          {"a.env", "A=1\nB=\"2\n"}}),
            "app.yaml:2: services.app.env_file[0]: a.env:2: the quote of B is never closed");
}

TEST(EnvFiles, OneThatCannotBeReadIsNotTakenForAbsent) {
  auto request = request_of({{"app.yaml",
                              "services: { app: { image: x, env_file: [{ path: a.env, required: "
                              "false }] } }"}});
  request.read_file = [](const std::filesystem::path& path) -> Result<std::optional<std::string>> {
    if (path.filename() == ".env") return std::optional<std::string>();
    return Error{.code = ErrorCode::kPermission, .why = "EACCES"};
  };
  const auto project = load(request);
  ASSERT_FALSE(project);
  EXPECT_NE(project.error().why.find("/srv/ai/a.env cannot be read: EACCES"), std::string::npos);
}

TEST(Profiles, LeaveServicesOutUnlessTheyAreActive) {
  const std::string text =
      "services: { app: { image: x, depends_on: { dbg: { condition: service_started, required: "
      "false } } }, dbg: { image: y, profiles: [debug] } }";
  const auto without = load_text(text);
  ASSERT_TRUE(without);
  EXPECT_EQ(without.value().services.size(), 1U);
  EXPECT_TRUE(without.value().services.front().depends_on.empty());
  EXPECT_EQ(load_text(text, {{"COMPOSE_PROFILES", "other, debug"}}).value().services.size(), 2U);
  EXPECT_EQ(load_text(text, {{"COMPOSE_PROFILES", "*"}}).value().services.size(), 2U);
}

TEST(Profiles, AServiceThatIsLeftOutIsCheckedAllTheSame) {
  EXPECT_NE(refusal("services: { app: { image: x }, dbg: { image: y, profiles: [p], usr: a } }")
                .find("unknown key \"usr\""),
            std::string::npos);
}

TEST(StartOrder, PutsDependenciesFirst) {
  const auto project = load_text(
      "services: { ui: { image: x, depends_on: [db], links: [cache] }, db: { image: x, "
      "depends_on: { init: { condition: service_completed_successfully, restart: true } } }, "
      "cache: { image: x }, init: { image: x } }");
  ASSERT_TRUE(project);
  std::vector<std::string> order;
  for (const auto& service : project.value().services) order.push_back(service.name);
  EXPECT_EQ(order, (std::vector<std::string>{"init", "db", "cache", "ui"}));
  const auto& dependency = project.value().services[1].depends_on.front();
  EXPECT_EQ(dependency.condition, Dependency::Condition::completed);
  EXPECT_TRUE(dependency.restart);
  EXPECT_TRUE(dependency.required);
}

TEST(Resources, OnlyThoseInUseAreKept) {
  const auto project = load_text(
      "services: { app: { image: x, networks: [n], volumes: ['vol:/v'] } }\n"
      "networks: { n: { name: real }, m: {} }\nvolumes: { vol: , w: {} }\n");
  ASSERT_TRUE(project);
  EXPECT_EQ(project.value().network_keys, std::vector<std::string>{"n"});
  EXPECT_EQ(project.value().volume_keys, std::vector<std::string>{"vol"});
  EXPECT_EQ(network_spec(project.value(), "n").name, "real");
  EXPECT_EQ(volume_spec(project.value(), "vol").name, "ai_vol");
}

TEST(Resources, AVolumeIsPlainWhenTheFileSaysNothingOfHowItIsKept) {
  const auto project = load_text(
      "services: { app: { image: x, volumes: ['v1:/a', 'v2:/b', 'v3:/c', 'v4:/d'] } }\n"
      "volumes: { v1: { name: q, labels: { x: y } }, v2: { driver: local }, v3: { driver_opts: { "
      "o: "
      "bind } }, v4: { external: true } }\n");
  ASSERT_TRUE(project);
  EXPECT_TRUE(volume_spec(project.value(), "v1").plain);
  EXPECT_FALSE(volume_spec(project.value(), "v2").plain);
  EXPECT_FALSE(volume_spec(project.value(), "v3").plain);
  EXPECT_FALSE(volume_spec(project.value(), "v4").plain);
  EXPECT_TRUE(volume_spec(project.value(), "v4").external);
}

TEST(Model, DoublesDollarsOnlyInTheWhole) {
  const auto project = load_text("services: { app: { image: x, command: [\"$$HOME\"] } }");
  ASSERT_TRUE(project);
  EXPECT_EQ(project.value().services.front().model["command"][0], "$HOME");
  EXPECT_EQ(project.value().model["services"]["app"]["command"][0], "$$HOME");
}

TEST(Model, AnObsoleteVersionIsNoted) {
  const auto project = load_text(std::string("version: '3.8'\n") + kApp);
  ASSERT_TRUE(project);
  ASSERT_EQ(project.value().notes.size(), 1U);
  EXPECT_EQ(project.value().notes.front().line, 1);
}

}  // namespace
}  // namespace aistack::compose
