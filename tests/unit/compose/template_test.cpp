#include <gtest/gtest.h>

#include "compose/template.hpp"

namespace aistack::compose {
namespace {

std::optional<std::string> value_of(const std::string& name) {
  if (name == "SET") return "value";
  if (name == "EMPTY") return "";
  return std::nullopt;
}

Substitution run(const std::string& text) {
  return substitute(text, value_of, {});
}

TEST(Template, KnowsAllForms) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"$SET", "value"},
      {"${SET}", "value"},
      {"a${SET}b$SET-c", "avaluebvalue-c"},
      {"${UNSET}", ""},
      {"$$SET and $${SET}", "$SET and ${SET}"},
      {"${UNSET:-default}", "default"},
      {"${EMPTY:-default}", "default"},
      {"${EMPTY-default}", ""},
      {"${UNSET-default}", "default"},
      {"${SET:+other}", "other"},
      {"${EMPTY:+other}", ""},
      {"${EMPTY+other}", "other"},
      {"${UNSET+other}", ""},
      {"${SET?message}", "value"},
      {"${EMPTY?message}", ""},
      {"${UNSET:-${EMPTY:-${SET}}}", "value"},
      {"${UNSET:-a}/${UNSET:-b}", "a/b"},
      {"${UNSET:-{\"a\":1}}", "{\"a\":1}"},
      {"${UNSET:-$$x}", "$x"},
      {"$5 $- $", "$5 $- $"},
      {"${UNSET:-}", ""},
  };
  for (const auto& [text, expected] : cases) {
    const auto result = run(text);
    EXPECT_EQ(result.outcome, Substitution::Outcome::ok) << text;
    EXPECT_EQ(result.text, expected) << text;
  }
}

TEST(Template, RefusesWhatIsNoVariable) {
  for (const char* text : {"${", "${SET", "${1A}", "${}", "${SET!x}", "${SET:}", "${SET:-x"}) {
    EXPECT_EQ(run(text).outcome, Substitution::Outcome::bad_format) << text;
  }
}

TEST(Template, NamesTheVariableThatIsRequired) {
  const auto result = run("${EMPTY:?set ${SET} first}");
  EXPECT_EQ(result.outcome, Substitution::Outcome::required);
  EXPECT_EQ(result.variable, "EMPTY");
  EXPECT_EQ(result.message, "set value first");
}

TEST(Template, TellsOfVariablesThatAreNotSet) {
  std::vector<std::string> unset;
  substitute("$UNSET ${UNSET:-x} ${SET}", value_of,
             [&](const std::string& name) { unset.push_back(name); });
  EXPECT_EQ(unset, std::vector<std::string>{"UNSET"});
}

TEST(Template, BoundsItsResultAndItsDepth) {
  const auto large = [](const std::string&) -> std::optional<std::string> {
    return std::string(100'000, 'x');
  };
  EXPECT_EQ(substitute("$A$A$A$A$A$A$A$A$A$A$A", large, {}).outcome,
            Substitution::Outcome::too_long);
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "${A:-";
  deep += std::string(100'000, '}');
  EXPECT_EQ(run(deep).outcome, Substitution::Outcome::bad_format);
}

}  // namespace
}  // namespace aistack::compose
