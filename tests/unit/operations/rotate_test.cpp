#include "operations/rotate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/stop.hpp"
#include "world.hpp"

namespace aistack::operations {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Outcome = RotateReport::Outcome;

// `chat`, whose container gets its secret through an env file, installed and green.
class RotateTest : public ::testing::Test {
 protected:
  RotateTest() {
    auto& text = world_.files.at("chat.yaml");
    text.replace(text.find("    volumes:"), 0,
                 "    env_file: [{path: /fake/state/secrets/chat.env, required: false}]\n");
    world_.context.reload_catalog = [this]() -> Result<> {
      std::string lines;
      for (const auto& [name, value] : world_.secrets.secrets["chat"])
        lines += name + "=" + value + "\n";
      world_.files["chat.env"] = lines;
      world_.read_catalog();
      return ok();
    };
    world_.read_catalog();
  }
  aistack::testing::World world_;

  void install_chat() {
    const auto results = world_.run(install(world_.context, {"chat"}, {}));
    ASSERT_TRUE(results);
    ASSERT_TRUE(results.value().front().result);
    ASSERT_EQ(value(), "SESSION_KEY=secret-1");
  }
  // What the running container has.
  std::string value() {
    for (const auto& variable : world_.engine.find("chat")->details.environment)
      if (variable.starts_with("SESSION_KEY=")) return variable;
    return "";
  }
  Result<RotateReport> rotate(const std::string& service = "chat") {
    return world_.run(rotate_secrets(world_.context, service));
  }
};

TEST_F(RotateTest, TheContainerGetsTheNewValue) {
  install_chat();
  const auto report = rotate();
  ASSERT_TRUE(report);
  EXPECT_EQ(report.value().outcome, Outcome::rotated);
  EXPECT_THAT(report.value().variables, ElementsAre("SESSION_KEY"));
  EXPECT_EQ(value(), "SESSION_KEY=secret-2");
  EXPECT_TRUE(world_.secrets.previous.empty());
  EXPECT_THAT(world_.events.names(), Contains("service.rotate.completed"));
}

TEST_F(RotateTest, NoValueIsInAnyEventOrLine) {
  install_chat();
  ASSERT_TRUE(rotate());
  for (const auto& event : world_.events.events)
    EXPECT_THAT(event.fields.dump(), ::testing::Not(HasSubstr("secret-")));
  for (const auto& line : world_.progress.lines)
    EXPECT_THAT(line, ::testing::Not(HasSubstr("secret-")));
}

TEST_F(RotateTest, AContainerThatDoesNotComeUpBringsTheOldValueBack) {
  install_chat();
  world_.engine.fail_next("start", {ErrorCode::kEngineFailed, "no memory"});
  const auto report = rotate();
  ASSERT_TRUE(report);
  EXPECT_EQ(report.value().outcome, Outcome::restored);
  EXPECT_EQ(report.value().error->why, "no memory");
  EXPECT_EQ(value(), "SESSION_KEY=secret-1");
  EXPECT_EQ(world_.engine.find("chat")->details.state, ports::ContainerState::running);
  EXPECT_TRUE(world_.secrets.previous.empty());
}

TEST_F(RotateTest, WhenEvenThatFailsItSaysSo) {
  install_chat();
  world_.engine.before_call = [](const std::string& call,
                                 const std::string&) -> std::optional<Error> {
    if (call != "start") return std::nullopt;
    return Error{ErrorCode::kEngineFailed, "no memory"};
  };
  const auto report = rotate();
  ASSERT_TRUE(report);
  EXPECT_EQ(report.value().outcome, Outcome::not_restored);
  EXPECT_THAT(report.value().error->state, HasSubstr("does not run with its previous"));
}

TEST_F(RotateTest, AStoppedServiceStaysStopped) {
  install_chat();
  ASSERT_TRUE(world_.run(stop(world_.context, {"chat"})));
  const auto report = rotate();
  ASSERT_TRUE(report);
  EXPECT_EQ(report.value().outcome, Outcome::rotated);
  EXPECT_EQ(value(), "SESSION_KEY=secret-2");
  EXPECT_NE(world_.engine.find("chat")->details.state, ports::ContainerState::running);
}

TEST_F(RotateTest, AServiceWithoutSecretsAndOneThatIsNotInstalledAreRefused) {
  EXPECT_EQ(rotate("model").error().code, ErrorCode::kNotFound);
  const auto error = rotate().error();
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_THAT(error.next, Contains(HasSubstr("aistack install chat")));
  EXPECT_TRUE(world_.secrets.secrets["chat"].empty());
}

TEST_F(RotateTest, AFullDiskChangesNothing) {
  install_chat();
  world_.secrets.error = Error{ErrorCode::kDiskFull, "ENOSPC"};
  const auto error = rotate().error();
  EXPECT_EQ(error.state, "nothing was changed");
  EXPECT_EQ(value(), "SESSION_KEY=secret-1");
}

}  // namespace
}  // namespace aistack::operations
