#include "domain/redaction/redactor.hpp"

#include <gmock/gmock.h>

#include <ctime>
#include <set>

#include "unit/redaction/corpus.hpp"

namespace aistack::testing {
namespace {

using domain::redaction::Redactor;
using domain::redaction::Rules;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string_view> in_blocks(std::string_view text, std::size_t size) {
  std::vector<std::string_view> blocks;
  for (; !text.empty(); text.remove_prefix(std::min(size, text.size())))
    blocks.push_back(text.substr(0, size));
  return blocks;
}

class Corpus : public ::testing::Test {
 protected:
  const Rules rules{known_secrets()};
  const std::vector<RedactionCase> planted = read_cases("planted.txt");
  const std::vector<RedactionCase> open = read_cases("public.txt");
};

TEST_F(Corpus, HoldsFortySecretsOfFifteenKinds) {
  std::set<std::string> secrets;
  for (const auto& test : planted) secrets.insert(test.secrets.begin(), test.secrets.end());
  EXPECT_GE(secrets.size(), 40U);
  EXPECT_GE(planted.size(), 15U);
}

TEST_F(Corpus, EverySecretGoesAndTheTextAroundItStays) {
  for (const auto& test : planted)
    EXPECT_EQ(redact(rules, {test.input}), test.output) << test.name << "\n" << test.input;
}

TEST_F(Corpus, WhatIsNoSecretStays) {
  for (const auto& test : open) EXPECT_EQ(redact(rules, {test.input}), test.input) << test.name;
}

TEST_F(Corpus, WindowsLineEndsStay) {
  for (const auto& test : planted) {
    std::string input;
    for (const char c : test.input) input += c == '\n' ? std::string{"\r\n"} : std::string{c};
    const auto output = redact(rules, {input});
    for (const auto& secret : test.secrets)
      EXPECT_THAT(output, Not(HasSubstr(secret))) << test.name;
  }
  EXPECT_EQ(redact(rules, {"a: 1\r\npassword: x1\r\nb: 2\r\n"}),
            "a: 1\r\npassword: ***\r\nb: 2\r\n");
}

TEST_F(Corpus, EverySplitIntoTwoBlocksGivesTheSame) {
  for (const auto& test : planted) {
    const std::string_view input = test.input;
    for (std::size_t at = 0; at <= input.size(); ++at)
      ASSERT_EQ(redact(rules, {input.substr(0, at), input.substr(at)}), test.output)
          << test.name << " at " << at;
  }
}

TEST_F(Corpus, ByteByByteGivesTheSame) {
  std::string input, output;
  for (const auto& test : planted) {
    input += test.input + "--\n";
    output += test.output + "--\n";
  }
  EXPECT_EQ(redact(rules, in_blocks(input, 1)), output);
  EXPECT_EQ(redact(rules, in_blocks(input, 7)), output);
  EXPECT_EQ(redact(rules, {input}), output);
}

// A secret on a line that is longer than the window, wherever the window ends in it.
TEST_F(Corpus, SecretsInVeryLongLinesAreFoundAtTheWindowsEdge) {
  const std::string text =
      R"( {"password":"PLANTED1"} key sk-PLANTED20123456789abcdef x d41f8c0aPLANTED77known1 )"
      R"(https://bob:PLANTED3@host/?token=PLANTED4 Bearer PLANTED5zz99 user=stays )";
  for (std::size_t before = 64 * 1024 - 8 * 1024 - text.size(); before < 64 * 1024; before += 97) {
    const std::string input = std::string(before, 'a') + text + std::string(70'000, 'b');
    const auto whole = redact(rules, {input});
    ASSERT_EQ(whole.find("PLANTED"), std::string::npos) << before;
    ASSERT_THAT(whole, HasSubstr("user=stays"));
    ASSERT_EQ(redact(rules, in_blocks(input, 1000)), whole);
  }
}

TEST_F(Corpus, AValueMayBeLongerThanTheWindow) {
  const std::string value(300'000, 'v');
  EXPECT_EQ(redact(rules, {R"({"a":1,"password":")" + value + R"(","b":2})"}),
            R"({"a":1,"password":"***","b":2})");
  EXPECT_EQ(redact(rules, {"x=1 token=" + value + " y=2\n"}), "x=1 token=*** y=2\n");
  EXPECT_EQ(redact(rules, {"eyJhbGciOiJIUzI1NiJ9." + value + "." + value + " y\n"}), "*** y\n");
  EXPECT_EQ(redact(rules, {R"({"k":"-----BEGIN PRIVATE KEY-----)" + value.substr(0, 60'000) +
                           R"(-----END PRIVATE KEY-----","b":2})"}),
            R"({"k":"-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----","b":2})");
}

TEST_F(Corpus, AKeyWithoutAnEndDoesNotSwallowTheLog) {
  std::string input = "-----BEGIN PRIVATE KEY-----\n";
  for (int i = 0; i < 5000; ++i) input += "line " + std::to_string(i) + " of the log\n";
  const auto output = redact(rules, {input});
  EXPECT_THAT(output, HasSubstr("line 4999 of the log\n"));
  EXPECT_THAT(output, Not(HasSubstr("line 3 of")));
}

// Long lines full of what may be a secret must not take time that grows with their square.
TEST_F(Corpus, ManyCandidatesInOneLineTakeNoLongerThanTheyShould) {
  for (const std::string unit :
       {R"(,"password":"x","a":"\"b)", "sk-", "eyJ-", " password=", "://", "@tcp("}) {
    std::string input;
    while (input.size() < 150'000) input += unit;
    const auto begin = std::clock();  // of this process: others may keep it waiting
    redact(rules, {input});
    EXPECT_LT(std::clock() - begin, 10 * CLOCKS_PER_SEC) << unit;
  }
}

TEST_F(Corpus, FinishReadiesItForAnotherText) {
  Redactor redactor{rules};
  std::string out;
  redactor.feed("password: |\n", out);
  redactor.finish(out);
  redactor.feed("  not of that block", out);
  redactor.finish(out);
  EXPECT_EQ(out, "password: |\n  not of that block");
}

TEST_F(Corpus, CountsWhatItTookOut) {
  Redactor redactor{rules};
  std::string out;
  redactor.feed("x password=a1 token=b2\nplain\nAKIAPLANTED012345678\n", out);
  redactor.finish(out);
  EXPECT_EQ(redactor.count(), 3U);
}

TEST_F(Corpus, OrdinaryTextPassesByteForByte) {
  std::string text;
  for (int i = 0; i < 256 * 600; ++i) text += static_cast<char>(i * 7 + i / 256);
  EXPECT_EQ(redact(rules, in_blocks(text, 4096)), redact(rules, {text}));
  std::string log;
  for (int i = 0; i < 10'000; ++i)
    log += R"({"time":"2026-11-23T10:00:00Z","name":"service.start","seconds":)" +
           std::to_string(i) + "}\n";
  EXPECT_EQ(redact(rules, in_blocks(log, 65'536)), log);
}

}  // namespace
}  // namespace aistack::testing
