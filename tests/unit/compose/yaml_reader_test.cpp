#include <gtest/gtest.h>

#include "unit/compose/support.hpp"

namespace aistack::compose {
namespace {

using Kind = Node::Kind;

TEST(YamlReader, GivesPlainScalarsTheTypesOfComposesLibrary) {
  struct Case {
    const char* text;
    Kind kind;
    const char* printed;
  };
  const std::vector<Case> cases{
      {"text", Kind::string, "text"},
      {"yes", Kind::string, "yes"},
      {"on", Kind::string, "on"},
      {"22:22", Kind::string, "22:22"},
      {"1.2.3", Kind::string, "1.2.3"},
      {"true", Kind::boolean, "true"},
      {"False", Kind::boolean, "false"},
      {"null", Kind::null, ""},
      {"~", Kind::null, ""},
      {"8080", Kind::integer, "8080"},
      {"-7", Kind::integer, "-7"},
      {"010", Kind::integer, "8"},
      {"0o17", Kind::integer, "15"},
      {"0x1F", Kind::integer, "31"},
      {"0b11", Kind::integer, "3"},
      {"1_000", Kind::integer, "1000"},
      {"089", Kind::floating, "89"},
      {"0.50", Kind::floating, "0.5"},
      {"1e6", Kind::floating, "1e+06"},
      {"12345678901234567890", Kind::floating, "12345678901234567890"},
      {"2026-11-23", Kind::timestamp, "2026-11-23 00:00:00 +0000 UTC"},
      {"2026-11-23T10:00:00.50+02:00", Kind::timestamp, "2026-11-23 10:00:00.5 +0200 +0200"},
      {"2026-13-40", Kind::string, "2026-13-40"},
      {"2024-02-01-preview", Kind::string, "2024-02-01-preview"},
  };
  for (const auto& [text, kind, printed] : cases) {
    const Node node = plain_scalar(text, {});
    EXPECT_EQ(node.kind, kind) << text;
    EXPECT_EQ(scalar_text(node), printed) << text;
  }
}

TEST(YamlReader, KeepsQuotedScalarsAsTexts) {
  const auto text = read_text("a: \"010\"\nb: 'true'\nc: \"null\"\nd: |\n  5\n");
  EXPECT_EQ(text.root.text_of("a"), "010");
  EXPECT_EQ(text.root.text_of("b"), "true");
  EXPECT_EQ(text.root.text_of("c"), "null");
  EXPECT_EQ(text.root.text_of("d"), "5\n");
}

TEST(YamlReader, RemembersTheLinesOfKeysAndValues) {
  const auto text = read_text("a:\n  - x\n\n  - y\nb:\n");
  EXPECT_EQ(text.root.find("a")->items[1].mark.line, 4);
  EXPECT_EQ(text.root.entries[1].mark.line, 5);
  EXPECT_EQ(text.root.find("b")->mark.line, 5);
}

TEST(YamlReader, MergesMappingsWithTheOwnKeysFirst) {
  const auto text = read_text(
      "one: &one { a: 1, b: 1 }\ntwo: &two { b: 2, c: 2 }\n"
      "all: { <<: [*one, *two], a: own }\n");
  const Node& all = *text.root.find("all");
  EXPECT_EQ(all.text_of("a"), "own");
  EXPECT_EQ(all.find("b")->integer, 1);
  EXPECT_EQ(all.find("c")->integer, 2);
}

TEST(YamlReader, AQuotedMergeKeyIsAPlainKey) {
  const auto text = read_text("one: &one { a: 1 }\nall: { \"<<\": *one }\n");
  EXPECT_NE(text.root.find("all")->find("<<"), nullptr);
}

std::string mistake(const std::string& text, const ReadLimits& limits = {}) {
  const auto result = read_text(text, limits);
  return result.diagnostics.failed() ? result.diagnostics.to_error().why : "";
}

TEST(YamlReader, ExplainsWhatIsNotYaml) {
  struct Case {
    const char* text;
    const char* said;
  };
  const std::vector<Case> cases{
      {"a:\n\tb: c\n", "/f.yaml:2: a tab in the indentation; indent with spaces"},
      {"a: \"x\n", "/f.yaml:1: a quote is never closed; add the closing quote"},
      {"a: b\nc: 'it\n  d\n", "/f.yaml:2: a quote is never closed; add the closing quote"},
      {"a: *nope\n", "/f.yaml:1: an alias (*name) whose anchor (&name) is not defined above"},
      {"a: { b: c\n", "a { that is not closed"},
      {"a: [b\n", "a [ that is not closed"},
      {"a: b: c\n", "/f.yaml:1: a \":\" where no value can begin"},
      {"a: @b\n", "/f.yaml:1: a text cannot begin with this character"},
      {"a:\n  b: c\n d: e\n", "/f.yaml:3: this line does not fit the ones above it"},
      {"a: b\na: c\n", "/f.yaml:2: the key \"a\" is written twice (first in line 1)"},
      {"a: &x [*x]\n", "/f.yaml:1: an alias (*name) stands inside the value that it names"},
      {"1: a\n", "/f.yaml:1: the key 1 is not a text; write \"1\""},
      {"? [a]\n: b\n", "/f.yaml:1: a list stands where a key is expected"},
      {"a: { <<: text }\n", "/f.yaml:1: \"<<\" merges mappings, and this is the text \"text\""},
      {"a: !rest b\n", "/f.yaml:1: unknown tag \"!rest\"; did you mean \"!reset\"?"},
      {"a: \x01\n", "/f.yaml:1: a control character (byte 1)"},
      {"a: b\nc: \xff\n", "/f.yaml:2: a byte that is not UTF-8"},
  };
  for (const auto& [text, said] : cases) {
    EXPECT_NE(mistake(text).find(said), std::string::npos) << text << "\n" << mistake(text);
  }
}

TEST(YamlReader, ReportsSeveralMistakesOfOneFile) {
  const std::string said = mistake("a: 1\na: 2\nb: !x 3\n4: c\n");
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 2);
}

TEST(YamlReader, RefusesFilesBeyondTheBounds) {
  EXPECT_NE(mistake("a: &a [1,2,3]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n", {.nodes = 60})
                .find("/f.yaml:3: the file has more than 60 values"),
            std::string::npos);
  EXPECT_NE(mistake("a: &a 0123456789\nb: [*a,*a,*a,*a]\n", {.value_bytes = 40})
                .find("the values of the file are larger"),
            std::string::npos);
  EXPECT_NE(mistake("[[[[[[1]]]]]]", {.depth = 5}).find("nested more than 5 levels"),
            std::string::npos);
  EXPECT_NE(mistake("a: &a [[[1]]]\nb: &b [[*a]]\nc: [[*b]]\n", {.depth = 6})
                .find("nested more than 6 levels"),
            std::string::npos);
  EXPECT_NE(mistake("a: b\n", {.text_bytes = 3}).find("a Compose file at most"), std::string::npos);
}

TEST(YamlReader, SurvivesDeepNestingOfHostileText) {
  EXPECT_NE(mistake(std::string(100'000, '[')), "");
  EXPECT_NE(mistake(std::string(100'000, '{')), "");
  std::string steps;
  for (int i = 0; i < 2'000; ++i) steps += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_NE(mistake(steps), "");
}

}  // namespace
}  // namespace aistack::compose
