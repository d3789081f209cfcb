#include "cli/command_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include "cli/render/error.hpp"
#include "support/fake_clock.hpp"
#include "support/memory_stores.hpp"

namespace aistack::cli {
namespace {

using namespace std::chrono_literals;
using domain::LogLevel;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MemoryLog final : public ports::ProgramLog {
 public:
  explicit MemoryLog(std::vector<domain::LogRecord>& records, const bool& broken)
      : records_(records), broken_(broken) {}
  Result<> append(const domain::LogRecord& record) override {
    if (broken_) return Error{ErrorCode::kPermission, "/log/aistack.log: EROFS"};
    records_.push_back(record);
    return ok();
  }

 private:
  std::vector<domain::LogRecord>& records_;
  const bool& broken_;
};

class NoProgress final : public operations::Progress {
 public:
  int calls = 0;
  void step(const std::string&, const std::string&) override { ++calls; }
  void pull(const std::string&, const operations::PullTotals&) override { ++calls; }
  void done(const std::string&, const std::string&) override { ++calls; }
  void failed(const std::string&, const std::string&) override { ++calls; }
  void note(const std::string&, const std::string&) override { ++calls; }
};

class CommandLogTest : public ::testing::Test {
 protected:
  void open(CommandLog& log, LogLevel level = LogLevel::info) {
    log.open(std::make_unique<MemoryLog>(records_, broken_), level, {812, "root", "alice", "sudo"});
  }
  static CommandLog::About installs() { return {Effect::changes, "install ollama"}; }
  static CommandLog::About reads() { return {Effect::reads, "status"}; }

  // "LEVEL MESSAGE" of each record.
  std::vector<std::string> lines() const {
    std::vector<std::string> result;
    for (const auto& record : records_)
      result.push_back(std::string{to_string(record.level)} + " " + record.message);
    return result;
  }

  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  std::vector<domain::LogRecord> records_;
  bool broken_ = false;
  NoProgress inner_;
};

Error port_in_use() {
  return {ErrorCode::kPortInUse,
          "127.0.0.1:11434 is held by pid 812",
          "cannot start ollama",
          "nothing was changed",
          {"sudo systemctl stop ollama"}};
}

TEST_F(CommandLogTest, TellsWhoBeganAndHowItEnded) {
  CommandLog log{clock_, installs()};
  const auto begin = clock_.now();
  clock_.advance(20ms);
  open(log);
  clock_.advance(1s);
  log.error(port_in_use());
  log.finish(1);
  ASSERT_THAT(lines(), ElementsAre("info started", "error cannot start ollama", "info finished"));
  EXPECT_EQ(records_[0].time, begin);
  EXPECT_EQ(records_[0].pid, 812);
  EXPECT_EQ(records_[0].command, "install ollama");
  EXPECT_EQ(records_[0].fields["user"], "root");
  EXPECT_EQ(records_[0].fields["login"], "alice");
  EXPECT_EQ(records_[0].fields["from"], "sudo");
  EXPECT_EQ(records_[0].fields["version"], AISTACK_VERSION);
  EXPECT_EQ(records_[1].fields["code"], "port_in_use");
  EXPECT_EQ(records_[1].fields["what"], "cannot start ollama");
  EXPECT_EQ(records_[1].fields["why"], "127.0.0.1:11434 is held by pid 812");
  EXPECT_EQ(records_[1].fields["state"], "nothing was changed");
  EXPECT_EQ(records_[1].fields["next"][0], "sudo systemctl stop ollama");
  EXPECT_EQ(records_[2].fields["exit_code"], 1);
  EXPECT_EQ(records_[2].fields["duration_ms"], 1020);
}

TEST_F(CommandLogTest, KeepsWhatHappensBeforeItIsOpen) {
  CommandLog log{clock_, installs()};
  for (int i = 0; i < 1000; ++i) log.note("early");
  open(log);
  EXPECT_EQ(lines().front(), "info started");
  EXPECT_EQ(lines().back(), "warn early");
  EXPECT_EQ(records_.size(), 101U);
}

TEST_F(CommandLogTest, TellsEachStepOnceWithItsOperation) {
  CommandLog log{clock_, installs()};
  open(log);
  auto events = std::make_unique<testing::InMemoryEventLog>();
  const auto& kept = *events;
  const auto recorded = log.record(std::move(events));
  const auto progress = log.record(inner_);
  ASSERT_TRUE(recorded->append(
      {clock_.now(), "service.install.started", "ollama", "op-1", nlohmann::json::object()}));
  for (std::uint64_t i = 1; i <= 5; ++i)
    progress->pull("ollama", {"ollama/ollama:1", 1, 1, i * 1'000'000, {}});
  progress->step("ollama", "waiting for green");
  progress->step("ollama", "waiting for green");
  progress->note("ollama", "no GPU");
  progress->failed("ollama", "cannot install ollama");
  log.error(port_in_use());
  EXPECT_THAT(
      lines(),
      ElementsAre("info started", "info service.install.started", "info pulling ollama/ollama:1",
                  "info pulled ollama/ollama:1, 5.0 MB", "info waiting for green", "warn no GPU",
                  "info failed: cannot install ollama", "error cannot start ollama"));
  for (std::size_t i = 1; i < records_.size(); ++i) EXPECT_EQ(records_[i].operation, "op-1") << i;
  EXPECT_EQ(records_[2].service, "ollama");
  EXPECT_EQ(inner_.calls, 9);
  EXPECT_THAT(kept.names(), ElementsAre("service.install.started"));
}

TEST_F(CommandLogTest, DoesNotGuessWhoseOperationAnErrorIs) {
  CommandLog log{clock_, installs()};
  open(log);
  const auto events = log.record(std::make_unique<testing::InMemoryEventLog>());
  ASSERT_TRUE(events->append({clock_.now(), "service.update.started", "a", "op-1", {}}));
  ASSERT_TRUE(events->append({clock_.now(), "service.update.started", "b", "op-2", {}}));
  log.error(port_in_use());
  EXPECT_EQ(records_.back().operation, "");
  const auto progress = log.record(inner_);
  progress->done("b", "updated");
  EXPECT_EQ(records_.back().operation, "op-2");
}

TEST_F(CommandLogTest, WritesWhatItsLevelAsksFor) {
  const auto written = [&](LogLevel level) {
    records_.clear();
    CommandLog log{clock_, installs()};
    EXPECT_TRUE(log.writes(level));
    open(log, level);
    log.engine_call("GET", "/info", 200, 3ms);
    log.note("careful");
    log.error(port_in_use());
    log.finish(1);
    return lines();
  };
  EXPECT_THAT(written(LogLevel::error), ElementsAre("error cannot start ollama"));
  EXPECT_THAT(written(LogLevel::warn), ElementsAre("warn careful", "error cannot start ollama"));
  EXPECT_THAT(written(LogLevel::info), ElementsAre("info started", "warn careful",
                                                   "error cannot start ollama", "info finished"));
  EXPECT_THAT(written(LogLevel::debug),
              ElementsAre("info started", "debug GET /info", "warn careful",
                          "error cannot start ollama", "info finished"));
  EXPECT_EQ(records_[1].fields, (nlohmann::ordered_json{{"status", 200}, {"ms", 3}}));
}

TEST_F(CommandLogTest, WritesCommandsThatReadAtDebugAlone) {
  CommandLog log{clock_, reads()};
  for (const auto level : {LogLevel::error, LogLevel::warn, LogLevel::info})
    EXPECT_FALSE(log.writes(level));
  EXPECT_TRUE(log.writes(LogLevel::debug));
  open(log, LogLevel::debug);
  log.finish(0);
  EXPECT_THAT(lines(), ElementsAre("debug started", "debug finished"));
}

TEST_F(CommandLogTest, KeepsNothingOnceItIsClosed) {
  CommandLog log{clock_, reads()};
  log.note("x");
  log.close();
  for (int i = 0; i < 1000; ++i) log.note("x");
  log.finish(0);
  open(log, LogLevel::debug);
  EXPECT_THAT(lines(), ElementsAre("debug started"));
}

TEST_F(CommandLogTest, TakesSecretsOut) {
  CommandLog log{clock_, {Effect::changes, "install --config http://u:hunter22@h/ x"}};
  std::vector<std::string> secrets;
  log.set_secrets([&] { return secrets; });
  open(log);
  const auto events = log.record(std::make_unique<testing::InMemoryEventLog>());
  const auto progress = log.record(inner_);
  secrets = {"0badcafe0badcafe"};  // made a moment ago
  log.error({ErrorCode::kNotHealthy,
             "its log says:\nkey is 0badcafe0badcafe",
             "cannot 0badcafe0badcafe",
             "",
             {"curl -H 'Authorization: Bearer abcdefgh12345678'"}});
  log.note("password=hunter22");
  progress->step("x", "told 0badcafe0badcafe");
  ASSERT_TRUE(events->append(
      {clock_.now(),
       "service.x.failed",
       "x",
       "op",
       {{"why", "0badcafe0badcafe"}, {"deep", {{{"api_key", "swordfish"}, {"note", "stays"}}}}}}));
  log.finish(1);
  std::string all;
  for (const auto& record : records_) all += to_json_line(record) + to_text_line(record);
  for (const auto* secret : {"hunter22", "0badcafe", "abcdefgh12345678", "swordfish"})
    EXPECT_EQ(all.find(secret), std::string::npos) << secret << " in " << all;
  EXPECT_THAT(all, HasSubstr("install --config http://u:***@h/ x"));
  EXPECT_THAT(all, HasSubstr("its log says:\\nkey is ***"));
  EXPECT_THAT(all, HasSubstr("\"note\":\"stays\""));
}

TEST_F(CommandLogTest, ComplainsOnceAndOnlyWhereNobodyElseDoes) {
  broken_ = true;
  CommandLog log{clock_, installs()};
  EXPECT_EQ(log.complaint(), std::nullopt);
  open(log);
  log.finish(0);
  EXPECT_EQ(log.complaint(), "aistack.log is not written: /log/aistack.log: EROFS");
  auto events = std::make_unique<testing::InMemoryEventLog>();
  events->append_error = Error{ErrorCode::kPermission, "/log/events.log: EROFS"};
  ASSERT_FALSE(log.record(std::move(events))->append({clock_.now(), "a.b", "x", "op", {}}));
  EXPECT_EQ(log.complaint(), std::nullopt);

  CommandLog reading{clock_, reads()};
  open(reading, LogLevel::debug);
  EXPECT_EQ(reading.complaint(), std::nullopt);
}

TEST_F(CommandLogTest, HearsWhateverTheCommandPrintsOrNot) {
  CommandLog log{clock_, installs()};
  open(log);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  Output output{pipe[1], pipe[1], {}};
  output.set_witness(&log);
  print_note(output, "quietly", true);
  print_error(output, port_in_use(), true);
  static_cast<void>(error_json(output, port_in_use()));
  output.set_witness(nullptr);
  print_note(output, "unheard", true);
  EXPECT_THAT(lines(), ElementsAre("info started", "warn quietly", "error cannot start ollama",
                                   "error cannot start ollama"));
  for (const int fd : pipe) ::close(fd);
}

TEST(CommandText, IsWhatWasTyped) {
  const Command row{.name = "install"};
  EXPECT_EQ(command_text(row, {}, {"install", "ollama", "--timeout", "1m 30s", "", "it's"}),
            "install ollama --timeout '1m 30s' '' 'it'\\''s'");
}

TEST(CommandText, TellsNoArgumentsOfAnotherProgram) {
  const Command row{.name = "gpu-run", .arguments = {command_tail("CMD", "What to run")}};
  Arguments arguments;
  arguments.set("CMD", {"python3", "--token", "swordfish"});
  EXPECT_EQ(command_text(row, arguments, {"gpu-run", "--", "python3", "--token", "swordfish"}),
            "gpu-run -- python3 …");
}

// A new command has to be put into one of the two lists.
TEST(CommandTable, SaysWhichCommandsAreLogged) {
  std::vector<std::string> changing;
  std::vector<std::string> reading;
  for (const auto& command : command_table()) {
    Arguments arguments;
    for (const auto& argument : command.arguments)
      if (argument.kind == Argument::Kind::positional) arguments.set(argument.name, {"x"});
    const bool reads = command.effect == nullptr || command.effect(arguments) == Effect::reads;
    (reads ? reading : changing).push_back(command.name);
  }
  EXPECT_THAT(changing, ElementsAre("install", "start", "stop", "restart", "repair", "update",
                                    "update-all", "rollback", "versions lock", "backend", "remove",
                                    "purge", "secret rotate"));
  EXPECT_THAT(reading, ElementsAre("status", "health", "logs", "versions", "catalog",
                                   "catalog show", "config show", "config test", "doctor", "diag",
                                   "completion", "version", "help", "man"));
}

TEST(CommandTable, KnowsTheFormsThatOnlyRead) {
  const auto effect = [](const char* name, const char* flag) {
    Arguments arguments;
    if (flag != nullptr) arguments.set_flag(flag);
    return find_command(command_table(), name)->effect(arguments);
  };
  EXPECT_EQ(effect("update", "--check"), Effect::reads);
  EXPECT_EQ(effect("update-all", "--check"), Effect::reads);
  EXPECT_EQ(effect("repair", "--dry-run"), Effect::reads);
  EXPECT_EQ(effect("backend", nullptr), Effect::reads);
  EXPECT_EQ(effect("purge", "--all"), Effect::erases);
}

}  // namespace
}  // namespace aistack::cli
