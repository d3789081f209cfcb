#include "stored_settings.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>

namespace simulator {
namespace {

using nlohmann::json;

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

Database open(const std::filesystem::path& file) {
  std::filesystem::create_directories(file.parent_path());
  sqlite3* handle = nullptr;
  const int result = sqlite3_open(file.c_str(), &handle);
  Database database{handle, sqlite3_close};
  if (result != SQLITE_OK) throw std::runtime_error("cannot open " + file.string());
  return database;
}

void run(const Database& database, const char* sql) {
  if (sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(database.get()));
}

// nullptr: the table has not these columns.
Statement prepare(const Database& database, const char* sql) {
  sqlite3_stmt* handle = nullptr;
  sqlite3_prepare_v2(database.get(), sql, -1, &handle, nullptr);
  return {handle, sqlite3_finalize};
}

std::string text(const Statement& statement, int column) {
  const auto* bytes = sqlite3_column_text(statement.get(), column);
  return bytes == nullptr ? "" : reinterpret_cast<const char*>(bytes);
}

json::json_pointer pointer(std::string key) {
  std::replace(key.begin(), key.end(), '.', '/');
  return json::json_pointer{"/" + key};
}

void insert(const Database& database, const char* sql, const std::string& first,
            const std::string& second) {
  const auto statement = prepare(database, sql);
  sqlite3_bind_text(statement.get(), 1, first.c_str(), -1, SQLITE_TRANSIENT);
  sqlite3_bind_text(statement.get(), 2, second.c_str(), -1, SQLITE_TRANSIENT);
  if (sqlite3_step(statement.get()) != SQLITE_DONE)
    throw std::runtime_error(sqlite3_errmsg(database.get()));
}

// What is read back out of a tree; "ui.name" stands for all that has nothing to do with backends.
constexpr const char* kKnown[] = {
    "ui.name",       "ollama.enable",        "ollama.base_urls", "ollama.api_configs",
    "openai.enable", "openai.api_base_urls", "openai.api_keys",  "openai.api_configs"};

}  // namespace

json load_settings(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return nullptr;
  const auto database = open(file);
  json values = json::object();
  if (const auto rows = prepare(database, "SELECT key, value FROM config")) {
    while (sqlite3_step(rows.get()) == SQLITE_ROW)
      values[text(rows, 0)] = json::parse(text(rows, 1));
  } else if (const auto tree = prepare(database, "SELECT data FROM config ORDER BY id DESC")) {
    if (sqlite3_step(tree.get()) != SQLITE_ROW) return nullptr;
    const auto data = json::parse(text(tree, 0));
    for (const auto* key : kKnown)
      if (data.contains(pointer(key))) values[key] = data[pointer(key)];
  }
  return values.empty() ? json() : values;
}

void store_settings(const std::filesystem::path& file, const json& values, Shape shape) {
  const auto database = open(file);
  run(database, "PRAGMA journal_mode = WAL");
  if (shape == Shape::rows) {
    run(database, "CREATE TABLE config(key TEXT PRIMARY KEY, value JSON, updated_at BIGINT)");
    for (const auto& [key, value] : values.items())
      insert(database, "INSERT INTO config VALUES(?1, ?2, 0)", key, value.dump());
    return;
  }
  json tree = json::object();
  for (const auto& [key, value] : values.items()) tree[pointer(key)] = value;
  run(database, "CREATE TABLE config(id INTEGER PRIMARY KEY, data JSON, version INTEGER)");
  insert(database, "INSERT INTO config(version, data) VALUES(?1, ?2)", "0", tree.dump());
}

}  // namespace simulator
