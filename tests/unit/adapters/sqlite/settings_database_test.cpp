#include "adapters/sqlite/settings_database.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <fstream>

#include "support/check.hpp"
#include "support/temporary_directory.hpp"

namespace aistack::adapters::sqlite {
namespace {

using Values = ports::SettingsDatabase::Values;

// Both shapes in which Open WebUI has stored its settings (service facts, August 2026).
constexpr auto kRows =
    "CREATE TABLE config(key TEXT PRIMARY KEY, value JSON, updated_at BIGINT);"
    "INSERT INTO config VALUES('ollama.enable', 'true', 7);"
    "INSERT INTO config VALUES('ollama.base_urls', '[\"http://a:1\"]', 7);"
    "INSERT INTO config VALUES('ui.name', '\"Our lab\"', 7);";
constexpr auto kTree =
    "CREATE TABLE config(id INTEGER PRIMARY KEY, data JSON, version INTEGER);"
    "INSERT INTO config VALUES(1, '{\"ollama\":{\"enable\":true,\"base_urls\":[\"http://a:1\"]},"
    "\"ui\":{\"name\":\"Our lab\"}}', 0);";

class SettingsDatabaseTest : public ::testing::TestWithParam<const char*> {
 protected:
  testing::TemporaryDirectory directory_;
  std::filesystem::path file_ = directory_.path() / "webui.db";
  std::shared_ptr<ports::SettingsDatabase> database_ = make_settings_database();
  const std::vector<std::string> keys_{"ollama.enable", "ollama.base_urls", "ui.name", "none.such"};

  void make(const char* sql) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(file_.c_str(), &handle), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(handle);
  }
};

TEST_P(SettingsDatabaseTest, ReadsWhatIsStored) {
  make(GetParam());
  const auto read = database_->read(file_, keys_);
  ASSERT_OK(read);
  const Values expected{
      {"ollama.enable", true}, {"ollama.base_urls", {"http://a:1"}}, {"ui.name", "Our lab"}};
  EXPECT_EQ(read.value(), expected);
}

TEST_P(SettingsDatabaseTest, ChangesTheValuesNamedAndNoOther) {
  make(GetParam());
  const Values changed{{"ollama.enable", false}, {"openai.api_base_urls", {"http://b:2"}}};
  ASSERT_OK(database_->write(file_, changed));
  const auto read = database_->read(
      file_, {"ollama.enable", "ollama.base_urls", "ui.name", "openai.api_base_urls"});
  ASSERT_OK(read);
  const Values expected{{"ollama.enable", false},
                        {"ollama.base_urls", {"http://a:1"}},
                        {"ui.name", "Our lab"},
                        {"openai.api_base_urls", {"http://b:2"}}};
  EXPECT_EQ(read.value(), expected);
}

INSTANTIATE_TEST_SUITE_P(Shapes, SettingsDatabaseTest, ::testing::Values(kRows, kTree));

using OtherFiles = SettingsDatabaseTest;

TEST_F(OtherFiles, NothingStoredYetIsNoError) {
  const auto absent = database_->read(file_, keys_);
  ASSERT_OK(absent);
  EXPECT_FALSE(absent.value());
  EXPECT_FALSE(std::filesystem::exists(file_));
  make("CREATE TABLE other(x)");
  const auto empty = database_->read(file_, keys_);
  ASSERT_OK(empty);
  EXPECT_FALSE(empty.value());
  EXPECT_ERROR(database_->write(file_, {{"a.b", 1}}), ErrorCode::kNotFound);
}

TEST_F(OtherFiles, AnUnknownShapeIsRefused) {
  make("CREATE TABLE config(x, y)");
  EXPECT_ERROR(database_->read(file_, keys_), ErrorCode::kCorruptState);
  EXPECT_ERROR(database_->write(file_, {{"a.b", 1}}), ErrorCode::kCorruptState);
}

TEST_F(OtherFiles, WhatIsNoDatabaseIsRefusedAndNotTouched) {
  const std::string text = "this is no database, but long enough to look at";
  std::ofstream{file_} << text;
  EXPECT_ERROR(database_->read(file_, keys_), ErrorCode::kCorruptState);
  EXPECT_ERROR(database_->write(file_, {{"a.b", 1}}), ErrorCode::kCorruptState);
  std::ifstream file{file_};
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>{file}, {}), text);
}

TEST_F(OtherFiles, AStoredValueThatIsNoJsonIsRefused) {
  make(
      "CREATE TABLE config(key TEXT PRIMARY KEY, value JSON);"
      "INSERT INTO config VALUES('ollama.enable', '{');");
  EXPECT_ERROR(database_->read(file_, keys_), ErrorCode::kCorruptState);
}

TEST_F(OtherFiles, AWriteThatFailsChangesNothing) {
  make(
      "CREATE TABLE config(id INTEGER PRIMARY KEY, data JSON);"
      "INSERT INTO config VALUES(1, '{\"ollama\": 3}');");
  EXPECT_ERROR(database_->write(file_, {{"a.b", 1}, {"ollama.enable", true}}),
               ErrorCode::kCorruptState);
  const auto read = database_->read(file_, {"ollama", "a.b"});
  ASSERT_OK(read);
  EXPECT_EQ(read.value(), (Values{{"ollama", 3}}));
}

}  // namespace
}  // namespace aistack::adapters::sqlite
