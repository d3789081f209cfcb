#include "adapters/sqlite/settings_database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <utility>

#include "base/text.hpp"

namespace aistack::adapters::sqlite {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Values = ports::SettingsDatabase::Values;

constexpr int kBusyMilliseconds = 5000;  // a running program holds a lock only for a moment

enum class Shape { rows, tree };

ErrorCode code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_FULL:
      return ErrorCode::kDiskFull;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return ErrorCode::kPermission;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:
      return ErrorCode::kCorruptState;
    default:
      return ErrorCode::kIo;
  }
}

class Database {
 public:
  static Result<Database> open(const fs::path& file, int flags) {
    sqlite3* handle = nullptr;
    const int result = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    Database database{file, handle};
    if (result != SQLITE_OK) return database.error(result);
    sqlite3_busy_timeout(handle, kBusyMilliseconds);
    return database;
  }
  Database(Database&& other) noexcept
      : file_(std::move(other.file_)), handle_(std::exchange(other.handle_, nullptr)) {}
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  Database& operator=(Database&&) = delete;
  ~Database() { sqlite3_close(handle_); }

  Error error(int result) const {
    const char* const text = handle_ == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(handle_);
    return {code_of(result), fmt::format("{}: {}", file_.string(), printable(text))};
  }
  Error corrupt(std::string_view why) const {
    return {ErrorCode::kCorruptState, fmt::format("{}: {}", file_.string(), why)};
  }
  Result<> run(const char* sql) {
    const int result = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
    return result == SQLITE_OK ? Result<>{ok()} : Result<>{error(result)};
  }
  sqlite3* handle() const { return handle_; }
  int changes() const { return sqlite3_changes(handle_); }

 private:
  Database(fs::path file, sqlite3* handle) : file_(std::move(file)), handle_(handle) {}
  fs::path file_;
  sqlite3* handle_;
};

// One prepared statement, whose parameters are all text.
class Statement {
 public:
  static Result<Statement> prepare(const Database& database, const char* sql) {
    sqlite3_stmt* handle = nullptr;
    const int result = sqlite3_prepare_v2(database.handle(), sql, -1, &handle, nullptr);
    if (result != SQLITE_OK) return database.error(result);
    return Statement{database, handle};
  }
  Statement(Statement&& other) noexcept
      : database_(other.database_), handle_(std::exchange(other.handle_, nullptr)) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& operator=(Statement&&) = delete;
  ~Statement() { sqlite3_finalize(handle_); }

  void bind(int index, const std::string& text) {
    sqlite3_bind_text(handle_, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  // True: there is a row.
  Result<bool> step() {
    const int result = sqlite3_step(handle_);
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    return database_->error(result);
  }
  std::string text(int column) const {
    const auto* const bytes = sqlite3_column_text(handle_, column);
    const int count = sqlite3_column_bytes(handle_, column);
    if (bytes == nullptr) return "null";
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count)};
  }

 private:
  Statement(const Database& database, sqlite3_stmt* handle)
      : database_(&database), handle_(handle) {}
  const Database* database_;
  sqlite3_stmt* handle_;
};

// Absent: there is no table of settings.
Result<std::optional<Shape>> shape_of(const Database& database) {
  BOOST_OUTCOME_TRY(auto columns, Statement::prepare(database, "PRAGMA table_info(config)"));
  bool key = false;
  bool value = false;
  bool data = false;
  bool any = false;
  while (true) {
    BOOST_OUTCOME_TRY(const bool more, columns.step());
    if (!more) break;
    any = true;
    const auto name = columns.text(1);
    key |= name == "key";
    value |= name == "value";
    data |= name == "data";
  }
  if (key && value) return std::optional{Shape::rows};
  if (data) return std::optional{Shape::tree};
  if (any) return database.corrupt("its table \"config\" has a shape that is not known");
  return std::optional<Shape>{};
}

Result<json> parse(const Database& database, const std::string& text) {
  auto value = json::parse(text, nullptr, false);
  if (value.is_discarded()) return database.corrupt("a stored setting is no JSON");
  return value;
}

json::json_pointer pointer_of(const std::string& key) {
  json::json_pointer pointer;
  for (const auto& part : split(key, '.')) pointer /= part;
  return pointer;
}

// The tree of the newest row, and its id. Absent: no row.
struct Tree {
  std::string id;
  json data;
};
Result<std::optional<Tree>> read_tree(const Database& database) {
  BOOST_OUTCOME_TRY(
      auto select,
      Statement::prepare(database, "SELECT rowid, data FROM config ORDER BY id DESC LIMIT 1"));
  BOOST_OUTCOME_TRY(const bool found, select.step());
  if (!found) return std::optional<Tree>{};
  BOOST_OUTCOME_TRY(auto data, parse(database, select.text(1)));
  if (!data.is_object()) return database.corrupt("the stored settings are no JSON object");
  return std::optional{Tree{select.text(0), std::move(data)}};
}

Result<std::optional<Values>> read_rows(const Database& database,
                                        const std::vector<std::string>& keys) {
  Values values;
  for (const auto& key : keys) {
    BOOST_OUTCOME_TRY(auto select,
                      Statement::prepare(database, "SELECT value FROM config WHERE key = ?1"));
    select.bind(1, key);
    BOOST_OUTCOME_TRY(const bool found, select.step());
    if (!found) continue;
    BOOST_OUTCOME_TRY(values[key], parse(database, select.text(0)));
  }
  if (!values.empty()) return std::optional{std::move(values)};
  BOOST_OUTCOME_TRY(auto any, Statement::prepare(database, "SELECT 1 FROM config LIMIT 1"));
  BOOST_OUTCOME_TRY(const bool stored, any.step());
  return stored ? std::optional{std::move(values)} : std::nullopt;
}

Result<> write_rows(Database& database, const Values& values) {
  for (const auto& [key, value] : values) {
    // A row that is there keeps whatever other columns a later version has added.
    BOOST_OUTCOME_TRY(auto update,
                      Statement::prepare(database, "UPDATE config SET value = ?2 WHERE key = ?1"));
    update.bind(1, key);
    update.bind(2, value.dump());
    BOOST_OUTCOME_TRY(update.step());
    if (database.changes() > 0) continue;
    BOOST_OUTCOME_TRY(
        auto insert, Statement::prepare(database, "INSERT INTO config(key, value) VALUES(?1, ?2)"));
    insert.bind(1, key);
    insert.bind(2, value.dump());
    BOOST_OUTCOME_TRY(insert.step());
  }
  return ok();
}

Result<> write_tree(Database& database, const Values& values) {
  BOOST_OUTCOME_TRY(auto tree, read_tree(database));
  if (!tree) return database.corrupt("no settings are stored in it yet");
  try {
    for (const auto& [key, value] : values) tree->data[pointer_of(key)] = value;
  } catch (const json::exception&) {
    return database.corrupt("a stored setting is no JSON object where one is expected");
  }
  BOOST_OUTCOME_TRY(auto update,
                    Statement::prepare(database, "UPDATE config SET data = ?2 WHERE rowid = ?1"));
  update.bind(1, tree->id);
  update.bind(2, tree->data.dump());
  BOOST_OUTCOME_TRY(update.step());
  return ok();
}

class SqliteSettings final : public ports::SettingsDatabase {
 public:
  Result<std::optional<Values>> read(const fs::path& file,
                                     const std::vector<std::string>& keys) override {
    std::error_code error;
    if (!fs::exists(file, error)) return std::optional<Values>{};
    BOOST_OUTCOME_TRY(const auto database, Database::open(file, SQLITE_OPEN_READONLY));
    BOOST_OUTCOME_TRY(const auto shape, shape_of(database));
    if (!shape) return std::optional<Values>{};
    if (*shape == Shape::rows) return read_rows(database, keys);
    BOOST_OUTCOME_TRY(const auto tree, read_tree(database));
    if (!tree) return std::optional<Values>{};
    Values values;
    for (const auto& key : keys)
      if (const auto pointer = pointer_of(key); tree->data.contains(pointer))
        values[key] = tree->data[pointer];
    return std::optional{std::move(values)};
  }

  Result<> write(const fs::path& file, const Values& values) override {
    std::error_code error;
    if (!fs::exists(file, error))
      return Error{ErrorCode::kNotFound, fmt::format("{} does not exist", file.string())};
    BOOST_OUTCOME_TRY(auto database, Database::open(file, SQLITE_OPEN_READWRITE));
    BOOST_OUTCOME_TRY(database.run("PRAGMA synchronous = FULL"));
    BOOST_OUTCOME_TRY(database.run("BEGIN IMMEDIATE"));
    // Closing the database without COMMIT takes everything back.
    BOOST_OUTCOME_TRY(const auto shape, shape_of(database));
    if (!shape)
      return Error{ErrorCode::kNotFound, file.string() + ": no settings are stored in it"};
    BOOST_OUTCOME_TRY(*shape == Shape::rows ? write_rows(database, values)
                                            : write_tree(database, values));
    return database.run("COMMIT");
  }
};

}  // namespace

std::shared_ptr<ports::SettingsDatabase> make_settings_database() {
  return std::make_shared<SqliteSettings>();
}

}  // namespace aistack::adapters::sqlite
