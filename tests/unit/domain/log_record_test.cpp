#include "domain/log_record.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace aistack::domain {
namespace {

using Json = nlohmann::ordered_json;

LogRecord record() {
  return {.time = *parse_iso8601("2026-11-23T10:00:00.123Z"),
          .level = LogLevel::info,
          .pid = 812,
          .command = "install ollama --pull always",
          .service = "ollama",
          .operation = "20261123T100000-0a1b2c3d",
          .message = "creating aistack-ollama",
          .fields = Json::object()};
}

LogRecord failed() {
  auto failed = record();
  failed.level = LogLevel::error;
  failed.service.clear();
  failed.operation.clear();
  failed.message = "cannot start ollama";
  failed.fields = {{"code", "port_in_use"},
                   {"what", "cannot start ollama"},
                   {"why", "127.0.0.1:11434 is held\nby \"pid\" 812"},
                   {"next", {"sudo systemctl stop ollama", "or wait"}},
                   {"exit_code", 1}};
  return failed;
}

// One newline, at the end.
void expect_one_line(const std::string& line) {
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(line.back(), '\n');
}

TEST(LogRecord, IsOneJsonObjectALine) {
  EXPECT_EQ(to_json_line(record()),
            R"({"time":"2026-11-23T10:00:00.123Z","level":"info","pid":812,)"
            R"("command":"install ollama --pull always","service":"ollama",)"
            R"("operation":"20261123T100000-0a1b2c3d","message":"creating aistack-ollama"})"
            "\n");
}

TEST(LogRecord, LeavesOutWhatIsEmptyAndCarriesTheErrorsFields) {
  const auto line = to_json_line(failed());
  expect_one_line(line);
  const auto json = Json::parse(line);
  EXPECT_FALSE(json.contains("service"));
  EXPECT_FALSE(json.contains("operation"));
  EXPECT_EQ(json["level"], "error");
  EXPECT_EQ(json["code"], "port_in_use");
  EXPECT_EQ(json["why"], failed().fields["why"]);
  EXPECT_EQ(json["next"], failed().fields["next"]);
  EXPECT_EQ(json["exit_code"], 1);
}

TEST(LogRecord, IsALineForPeopleAsText) {
  EXPECT_EQ(to_text_line(record()),
            "2026-11-23T10:00:00.123Z info  aistack[812] install ollama --pull always: ollama: "
            "creating aistack-ollama operation=20261123T100000-0a1b2c3d\n");
  EXPECT_EQ(to_text_line(failed()),
            "2026-11-23T10:00:00.123Z error aistack[812] install ollama --pull always: "
            "cannot start ollama code=port_in_use "
            R"(why="127.0.0.1:11434 is held\nby \"pid\" 812" )"
            R"(next=["sudo systemctl stop ollama","or wait"] exit_code=1)"
            "\n");
}

TEST(LogRecord, CannotBeForgedByWhatItSays) {
  auto forged = record();
  forged.command = "install a\n{\"level\":\"error\"}";
  forged.message = "x\r\n2026-11-23T10:00:00.000Z error aistack[1] y\x1b[2J";
  forged.fields = {{"why", "a\nb\x7f"}, {"na\nme", "\xff"}};
  expect_one_line(to_json_line(forged));
  EXPECT_EQ(Json::parse(to_json_line(forged))["message"], forged.message);
  const auto text = to_text_line(forged);
  expect_one_line(text);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x7f'), std::string::npos);
}

TEST(LogRecord, IsNeverLongerThanItsLimit) {
  auto endless = record();
  // Every byte of these takes six in JSON.
  const std::string bad(100'000, '\x01');
  endless.command = endless.message = endless.service = endless.operation = bad;
  endless.fields = {{"why", bad}, {"next", std::vector<std::string>(50, bad)}, {bad, 1}};
  auto wide = endless;
  const Json twenty(std::vector<std::string>(20, bad.substr(0, 50)));
  const Json four_hundred(std::vector<Json>(20, twenty));
  wide.fields = {{"all", std::vector<Json>(20, four_hundred)}};
  for (const auto& record : {endless, wide}) {
    for (const auto& line : {to_json_line(record), to_text_line(record)}) {
      EXPECT_LE(line.size(), kLongestLogLine);
      expect_one_line(line);
    }
    EXPECT_TRUE(Json::accept(to_json_line(record)));
  }
  EXPECT_TRUE(Json::parse(to_json_line(endless)).contains("next"));
  EXPECT_TRUE(Json::parse(to_json_line(wide)).contains("left_out"));
}

TEST(LogRecord, KeepsWhatFitsAndCutsBetweenCharacters) {
  auto longer = record();
  longer.message = "a";
  for (int i = 0; i < 3000; ++i) longer.message += "ü";
  const auto json = Json::parse(to_json_line(longer));
  const auto& message = json["message"].get_ref<const std::string&>();
  EXPECT_EQ(message.size(), 3999 + std::string{"…"}.size());
  EXPECT_TRUE(message.ends_with("ü…"));
  EXPECT_EQ(json["command"], longer.command);
}

}  // namespace
}  // namespace aistack::domain
