#include <gtest/gtest.h>

#include "unit/compose/support.hpp"

namespace aistack::compose {
namespace {

using domain::GpuUse;
using domain::Role;

std::string with_block(const std::string& block) {
  return "services: { web: { image: x }, app: { image: x } }\nx-aistack:\n  " + block + "\n";
}

domain::ServiceSpec spec_of(const std::string& text) {
  const auto project = load_text(text);
  EXPECT_TRUE(project) << (project ? "" : project.error().why);
  return project ? project.value().spec : domain::ServiceSpec{};
}

TEST(AistackBlock, IsReadWhole) {
  const auto spec = spec_of(with_block(
      "{ title: An app, profiles: [minimal, standard-gpu], role: backend, main: web,\n"
      "    health: { port: 11434, path: /api/tags, expect: 204, startup_timeout: 5m },\n"
      "    gpu: exclusive, models: ollama, update_order: 20, snapshot_before_update: true,\n"
      "    secrets: { KEY: { bytes: 48 }, OTHER: },\n"
      "    api: { backend_env: { URL: \"http://web:1\", FLAG: true } } }"));
  EXPECT_TRUE(spec.has_block);
  EXPECT_EQ(spec.name, "app");
  EXPECT_EQ(spec.title, "An app");
  EXPECT_EQ(spec.profiles, (std::vector<std::string>{"minimal", "standard-gpu"}));
  EXPECT_EQ(spec.role, Role::backend);
  EXPECT_EQ(spec.main, "web");
  EXPECT_EQ(spec.health.port, 11434);
  EXPECT_EQ(spec.health.path, "/api/tags");
  EXPECT_EQ(spec.health.expect, 204);
  EXPECT_EQ(spec.health.startup_timeout, std::chrono::minutes(5));
  EXPECT_EQ(spec.gpu, GpuUse::exclusive);
  EXPECT_EQ(spec.models, "ollama");
  EXPECT_EQ(spec.update_order, 20);
  EXPECT_TRUE(spec.snapshot_before_update);
  ASSERT_EQ(spec.secrets.size(), 2U);
  EXPECT_EQ(spec.secrets[0].bytes, 48);
  EXPECT_EQ(spec.secrets[1].variable, "OTHER");
  EXPECT_EQ(spec.backend_env.at("FLAG"), "true");
}

TEST(AistackBlock, SecretsMayBeAListOfNames) {
  const auto spec = spec_of(with_block("{ secrets: [A, B_2] }"));
  ASSERT_EQ(spec.secrets.size(), 2U);
  EXPECT_EQ(spec.secrets[1].variable, "B_2");
  EXPECT_EQ(spec.secrets[1].bytes, 32);
}

TEST(AistackBlock, WithoutItTheFileGivesTheDefaults) {
  const auto spec = spec_of("services: { first: { image: x }, second: { image: x } }");
  EXPECT_FALSE(spec.has_block);
  EXPECT_EQ(spec.title, "app");
  EXPECT_EQ(spec.main, "first");
  EXPECT_EQ(spec.role, Role::other);
  EXPECT_EQ(spec_of(with_block("{}")).main, "app");
}

TEST(AistackBlock, AnOverrideIsMerged) {
  const auto project =
      load(request_of({{"app.yaml", with_block("{ health: { port: 1, path: /a }, gpu: shared }")},
                       {"app.override.yaml", "x-aistack: { health: { port: 2 } }"}}));
  ASSERT_TRUE(project);
  EXPECT_EQ(project.value().spec.health.port, 2);
  EXPECT_EQ(project.value().spec.health.path, "/a");
}

TEST(AistackBlock, MistakesHaveALineAndAHint) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"titel: x", "app.yaml:3: x-aistack: unknown key \"titel\"; did you mean \"title\"?"},
      {"role: frontend", "\"frontend\" is none of backend, ui, other"},
      {"profiles: [all, \"$$(touch x)\"]",
       "x-aistack.profiles[1]: \"$(touch x)\" cannot be the name of a profile; use a-z"},
      {"profiles: [-p]", "\"-p\" cannot be the name of a profile"},
      {"main: we", "the file has no service \"we\"; did you mean \"web\"?"},
      {"gpu: sharde", "did you mean \"shared\"?"},
      {"health: { prot: 1 }", "x-aistack.health: unknown key \"prot\"; did you mean \"port\"?"},
      {"health: { port: 70000 }", "70000 is not between 1 and 65535"},
      {"health: { path: health }", "\"health\" is not the path of a URL"},
      {"health: { startup_timeout: 300 }", "add the unit: \"300s\""},
      {"health: 5", "x-aistack.health: must be a mapping, and is the number 5"},
      {"secrets: { KEY: value }", "secrets are generated, never written down"},
      {"secrets: [A-B]", "\"A-B\" is not the name of a variable"},
      {"secrets: { A: { bytes: 4 } }", "4 is not between 16 and 1024"},
      {"update_order: soon", "must be a whole number"},
      {"snapshot_before_update: perhaps", "must be true or false"},
  };
  for (const auto& [block, said] : cases) {
    const std::string why = refusal(with_block(block));
    EXPECT_TRUE(why.starts_with("app.yaml:3:")) << block << "\n" << why;
    EXPECT_NE(why.find(said), std::string::npos) << block << "\n" << why;
  }
}

}  // namespace
}  // namespace aistack::compose
