#include <gtest/gtest.h>

#include "compose/dotenv.hpp"

namespace aistack::compose {
namespace {

using Values = std::map<std::string, std::string>;

std::optional<std::string> outer(const std::string& name) {
  return name == "OUTER" ? std::optional<std::string>("out") : std::nullopt;
}

Values read(const std::string& text, EnvFormat format = EnvFormat::dotenv) {
  Values values;
  const auto error = read_env_file(text, format, outer, values);
  EXPECT_FALSE(error) << (error ? error->message : "");
  return values;
}

TEST(Dotenv, ReadsQuotesCommentsAndVariables) {
  const Values expected{{"A", "plain"},    {"B", "two words"}, {"C", "single $A"},
                        {"D", "exported"}, {"E", "value"},     {"F", ""},
                        {"G", "a=b#c"},    {"H", "l1\nl2"},    {"I", "plain-out-none"},
                        {"J", "yaml"},     {"K", "$A"},        {"L", "over\nlines"},
                        {"OUTER", "out"},  {"M", "say \"hi\""}};
  EXPECT_EQ(read("# comment\n"
                 "A=plain\n"
                 "B = \"two words\"  # comment\n"
                 "C='single $A'\n"
                 "export D=exported\n"
                 "E=value # comment\r\n"
                 "F=\n"
                 "G=a=b#c\n"
                 "H=\"l1\\nl2\"\n"
                 "I=${A}-$OUTER-${NONE:-none}\n"
                 "J: yaml\n"
                 "K=\"\\$A\"\n"
                 "L=\"over\nlines\"\n"
                 "OUTER\n"
                 "NOT_SET_ANYWHERE\n"
                 "M=\"say \\\"hi\\\"\""),
            expected);
}

TEST(Dotenv, TheOuterValueOfAVariableWins) {
  EXPECT_EQ(read("OUTER=inner\nA=$OUTER\n").at("A"), "out");
}

TEST(Dotenv, RawTakesEverythingAsItIs) {
  const Values expected{{"A", "\"kept\""}, {"B", "$A # no comment"}, {"OUTER", "out"}};
  EXPECT_EQ(read("A=\"kept\"\n  B=$A # no comment\n# c\nOUTER\nNONE\n", EnvFormat::raw), expected);
}

TEST(Dotenv, SaysInWhichLineItIsWrong) {
  const std::vector<std::pair<const char*, int>> cases{
      {"A=1\nB b=2\n", 2}, {"A=1\n\n!=2\n", 3}, {"A=1\nB=\"x\n", 2}, {"A=${\n", 1}, {"=x\n", 1}};
  for (const auto& [text, line] : cases) {
    Values values;
    const auto error = read_env_file(text, EnvFormat::dotenv, outer, values);
    ASSERT_TRUE(error) << text;
    EXPECT_EQ(error->line, line) << text;
  }
}

// It may be the second line of a pasted key, or a password after a space instead of "=".
TEST(Dotenv, NeverRepeatsALineThatIsWrong) {
  for (const auto format : {EnvFormat::dotenv, EnvFormat::raw})
    for (const std::string text : {"PASSWORD s3cret", "Zq8v+/fQs3cret", "PASSWORD s3cret=x"}) {
      Values values;
      const auto error = read_env_file(text, format, outer, values);
      EXPECT_EQ((error ? error->message : "").find("s3cret"), std::string::npos);
    }
}

TEST(Dotenv, BoundsValuesThatDoubleThemselves) {
  std::string text = "A0=0123456789\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "$A" + std::to_string(i - 1);
    text += "A" + std::to_string(i) + "=" + before + before + "\n";
  }
  Values values;
  EXPECT_TRUE(read_env_file(text, EnvFormat::dotenv, outer, values));
}

}  // namespace
}  // namespace aistack::compose
