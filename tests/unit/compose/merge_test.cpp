#include <gtest/gtest.h>

#include "unit/compose/support.hpp"

namespace aistack::compose {
namespace {

nlohmann::ordered_json merged(const std::string& base, const std::string& over,
                              const std::string& service = "app") {
  const auto project = load(request_of({{"app.yaml", base}, {"app.override.yaml", over}}));
  EXPECT_TRUE(project) << (project ? "" : project.error().why);
  if (!project) return {};
  return project.value().model["services"][service];
}

constexpr const char* kBase =
    "services: { app: { image: 'x:1', command: [a, b], environment: [A=1, B=2], "
    "ports: ['80:80', '81:81'], volumes: ['data:/data', './one:/one'], cap_add: [A], "
    "healthcheck: { test: [CMD, x], retries: 2 } } }\n"
    "volumes: { data: {}, other: {} }\n";

TEST(Merge, ReplacesSingleValuesAndCommands) {
  const auto app = merged(kBase, "services: { app: { image: 'x:2', command: c } }");
  EXPECT_EQ(app["image"], "x:2");
  EXPECT_EQ(app["command"].dump(), R"(["c"])");
}

TEST(Merge, MergesVariablesByNameWhateverTheForm) {
  const auto app = merged(kBase, "services: { app: { environment: { B: 3, C: 4 } } }");
  EXPECT_EQ(app["environment"].dump(), R"({"A":"1","B":"3","C":"4"})");
}

TEST(Merge, AppendsListsWithoutRepetition) {
  const auto app =
      merged(kBase, "services: { app: { cap_add: [B, A], ports: ['82:82', '80:80'] } }");
  EXPECT_EQ(app["cap_add"].dump(), R"(["A","B"])");
  EXPECT_EQ(app["ports"].size(), 3U);
}

TEST(Merge, ALaterMountTakesThePlaceOfTheEarlierOne) {
  const auto app = merged(kBase, "services: { app: { volumes: ['other:/data'] } }");
  ASSERT_EQ(app["volumes"].size(), 2U);
  EXPECT_EQ(app["volumes"][0]["source"], "other");
}

TEST(Merge, ResetTakesAwayAndOverrideReplaces) {
  const auto app = merged(kBase,
                          "services: { app: { ports: !override ['90:90'], cap_add: !reset [], "
                          "healthcheck: !override { test: y } } }");
  ASSERT_EQ(app["ports"].size(), 1U);
  EXPECT_FALSE(app.contains("cap_add"));
  EXPECT_FALSE(app["healthcheck"].contains("retries"));
}

TEST(Merge, ResetOfAVariableNeedsAMapping) {
  const auto listed = merged(kBase, "services: { app: { environment: { A: !reset null } } }");
  EXPECT_TRUE(listed["environment"].contains("A"));
  const auto mapped = merged("services: { app: { image: x, environment: { A: 1, B: 2 } } }",
                             "services: { app: { environment: { A: !reset null } } }");
  EXPECT_EQ(mapped["environment"].dump(), R"({"B":"2"})");
}

TEST(Merge, ALoggingDriverReplacesTheOtherOnesOptions) {
  const char* base = "services: { app: { image: x, logging: { driver: a, options: { q: 1 } } } }";
  EXPECT_EQ(merged(base, "services: { app: { logging: { driver: b } } }")["logging"].dump(),
            R"({"driver":"b"})");
  EXPECT_EQ(merged(base, "services: { app: { logging: { options: { r: 2 } } } }")["logging"].dump(),
            R"({"driver":"a","options":{"q":"1","r":"2"}})");
}

TEST(Merge, OtherServicesAndDocumentsAreAdded) {
  EXPECT_EQ(merged(kBase, "services: { b: { image: y } }\n---\nservices: { b: { user: 'z' } }",
                   "b")["user"],
            "z");
}

TEST(Merge, NamesTheFileOfTheMistake) {
  EXPECT_EQ(
      refusal(Files{{"app.yaml", kBase},
                    {"app.override.yaml", "services:\n  app:\n    healthcheck: text\n"}}),
      "app.override.yaml:3: services.app.healthcheck: the text \"text\" cannot be merged over a "
      "mapping; write the same form as the base file, or tag it !override");
}

}  // namespace
}  // namespace aistack::compose
