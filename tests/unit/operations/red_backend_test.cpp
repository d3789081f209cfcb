#include <gtest/gtest.h>

#include "operations/install.hpp"
#include "operations/status.hpp"
#include "operations/ui_binding.hpp"
#include "world.hpp"

// A UI is yellow for the backend that it talks to, and for no other.
namespace aistack::operations {
namespace {

constexpr auto kOther = R"(name: other
services:
  other: { image: registry/other:1, container_name: other, ports: ["127.0.0.1:8081:8081"] }
x-aistack:
  role: backend
  health: { port: 8081, path: /, startup_timeout: 60s }
  api: { backend_env: { BACKEND: "http://other:8081" } }
)";

class RedBackend : public ::testing::Test {
 protected:
  RedBackend() {
    world.files["other.yaml"] = kOther;
    world.engine.registry["registry/other:1"] = {};
    auto& model = world.files.at("model.yaml");
    model += "  api: { backend_env: { BACKEND: \"http://model:11434\" } }\n";
    auto& chat = world.files.at("chat.yaml");
    chat.replace(chat.find("    ports:"), 0,
                 "    environment: { BACKEND: \"http://model:11434\" }\n");
    world.read_catalog();
    if (!world.run(install(world.context, {"model", "other", "chat"}, {})))
      throw std::runtime_error("not installed");
  }

  // The health of `chat` while `service` has ended.
  domain::Health without(const std::string& service) {
    if (!world.run(world.engine.stop_container(service, std::chrono::seconds{1})))
      throw std::runtime_error("not stopped");
    const auto report = world.run(status(world.context));
    if (!report) throw std::runtime_error(report.error().why);
    return report.value().services.front().verdict.health;
  }

  testing::World world;
};

TEST_F(RedBackend, OfItsOwnFileMakesAUiYellow) {
  EXPECT_EQ(without("model"), domain::Health::yellow);
}

TEST_F(RedBackend, ThatItsFileDoesNotNameLeavesItGreen) {
  EXPECT_EQ(without("other"), domain::Health::green);
}

TEST_F(RedBackend, ThatItWasSwitchedToCountsInsteadOfItsFile) {
  ASSERT_OK(write_binding(world.context, {.ui = "chat", .backend = "other", .previous = "model"}));
  EXPECT_EQ(without("model"), domain::Health::green);
  EXPECT_EQ(without("other"), domain::Health::yellow);
}

}  // namespace
}  // namespace aistack::operations
