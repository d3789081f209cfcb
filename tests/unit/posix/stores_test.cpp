#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <set>

#include "adapters/posix/event_log.hpp"
#include "adapters/posix/secret_store.hpp"
#include "support/golden.hpp"
#include "support/temporary_directory.hpp"

namespace aistack::adapters::posix {
namespace {

using aistack::testing::read_whole;
using aistack::testing::TemporaryDirectory;

Time at(int second) {
  return *parse_iso8601("2026-11-23T10:00:00Z") + std::chrono::seconds{second};
}

class EventLog : public ::testing::Test {
 protected:
  void append(int second, const std::string& service, const std::string& name) {
    ASSERT_TRUE(log_->append({at(second), name, service, "op-1", {{"second", second}}}));
  }
  std::vector<std::string> names(const std::string& service, std::size_t count,
                                 std::optional<Time> since = {}) {
    std::vector<std::string> result;
    const auto events = log_->tail(service, count, since).value();
    for (const auto& event : events) result.push_back(event.name);
    return result;
  }

  TemporaryDirectory temporary_;
  std::filesystem::path file_ = temporary_ / "log/events.log";
  std::unique_ptr<ports::EventLog> log_ = make_event_log(file_);
};

using Names = std::vector<std::string>;

TEST_F(EventLog, GivesTheLastEventsOfOneServiceInOrder) {
  EXPECT_TRUE(names("ollama", 10).empty());
  for (int i = 0; i < 10; ++i)
    append(i, i % 2 == 0 ? "ollama" : "localai", "e" + std::to_string(i));
  EXPECT_EQ(names("ollama", 3), (Names{"e4", "e6", "e8"}));
  EXPECT_EQ(names("ollama", 100), (Names{"e0", "e2", "e4", "e6", "e8"}));
  EXPECT_EQ(names("ollama", 100, at(5)), (Names{"e6", "e8"}));
  EXPECT_TRUE(names("olla", 100).empty());
  const auto event = log_->tail("localai", 1, {}).value().at(0);
  EXPECT_EQ(event.time, at(9));
  EXPECT_EQ(event.operation, "op-1");
  EXPECT_EQ(event.fields, (nlohmann::json{{"second", 9}}));
}

TEST_F(EventLog, WritesOneLineAnEvent) {
  ASSERT_TRUE(log_->append({at(0), "service.start", "a\nb\xff", "", {}}));
  EXPECT_EQ(read_whole(file_),
            "{\"ts\":\"2026-11-23T10:00:00.000Z\",\"event\":\"service.start\","
            "\"service\":\"a\\nb\xEF\xBF\xBD\",\"operation\":\"\",\"fields\":null}\n");
}

TEST_F(EventLog, GoesOnAfterARotationAndReadsTheRotatedFile) {
  append(1, "ollama", "old");
  std::filesystem::rename(file_, file_.string() + ".1");
  append(2, "ollama", "new");
  EXPECT_EQ(names("ollama", 10), (Names{"old", "new"}));
  EXPECT_EQ(names("ollama", 1), (Names{"new"}));
}

TEST_F(EventLog, PassesOverWhatIsNoEvent) {
  append(1, "ollama", "good");
  std::ofstream(file_, std::ios::app)
      << "garbage \"service\":\"ollama\"\n\n[\"service\":\"ollama\"]\n"
      << "{\"ts\":\"x\",\"event\":\"bad\",\"service\":\"ollama\"}\n"
      << std::string(3 << 20, 'x') << "\n{\"ts\":\"2026-";
  append(2, "ollama", "after a cut line");
  EXPECT_EQ(names("ollama", 10), (Names{"good", "after a cut line"}));
}

TEST_F(EventLog, FindsLinesThatCrossBlocks) {
  for (int i = 0; i < 3000; ++i)
    ASSERT_TRUE(log_->append({at(i),
                              "e" + std::to_string(i),
                              i % 1000 == 0 ? "rare" : "often",
                              "",
                              {{"text", std::string(static_cast<std::size_t>(i % 257), 'x')}}}));
  EXPECT_EQ(names("rare", 10), (Names{"e0", "e1000", "e2000"}));
  EXPECT_EQ(names("often", 2997).size(), 2997U);
}

TEST_F(EventLog, KeepsLinesOfSeveralProcessesApart) {
  append(0, "s", "first");
  std::vector<pid_t> children;
  for (int child = 0; child < 4; ++child) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      bool good = true;
      for (int i = 0; i < 200; ++i)
        good &= log_->append({at(i), "e", "s", "", {{"pad", std::string(500, 'x')}}}).has_value();
      ::_exit(good ? 0 : 1);
    }
    children.push_back(pid);
  }
  for (const pid_t pid : children) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(names("s", 10'000).size(), 801U);
}

TEST_F(EventLog, AppendsNothingWhenTheFileCannotGrow) {
  append(1, "s", "kept");
  const auto before = read_whole(file_);
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{before.size() + 20, before.size() + 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(log_->append({at(2), "lost", "s", "", {}}) ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_whole(file_), before);
}

class SecretStore : public ::testing::Test {
 protected:
  std::string text() { return read_whole(store_->env_file("openwebui")); }

  TemporaryDirectory temporary_;
  std::filesystem::path directory_ = temporary_ / "state/secrets";
  std::unique_ptr<ports::SecretStore> store_ = make_secret_store(directory_);
};

TEST_F(SecretStore, MakesEachSecretOnce) {
  EXPECT_TRUE(store_->ensure("openwebui", {{"KEY", 32}}).value());
  const auto first = text();
  EXPECT_EQ(first.size(), std::string{"KEY=\n"}.size() + 64);
  EXPECT_EQ(first.find_first_not_of("0123456789abcdef", 4), first.size() - 1);
  EXPECT_FALSE(store_->ensure("openwebui", {{"KEY", 32}}).value());
  EXPECT_EQ(text(), first);
  EXPECT_TRUE(store_->ensure("openwebui", {{"OTHER", 8}, {"KEY", 32}}).value());
  EXPECT_EQ(text().substr(0, first.size()), first);
  EXPECT_EQ(text().size(), first.size() + std::string{"OTHER=\n"}.size() + 16);
  struct stat status {};
  ASSERT_EQ(::stat(store_->env_file("openwebui").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  ASSERT_EQ(::stat(directory_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0700U);
}

TEST_F(SecretStore, NeverMakesTheSameTwice) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(store_->ensure("openwebui", {{"KEY", 16}}));
    seen.insert(text());
    ASSERT_TRUE(store_->remove("openwebui"));
  }
  EXPECT_EQ(seen.size(), 20U);
  EXPECT_TRUE(store_->remove("openwebui"));
}

TEST_F(SecretStore, KeepsWhatAUserWrote) {
  ASSERT_TRUE(store_->ensure("openwebui", {{"KEY", 16}}));
  std::ofstream(store_->env_file("openwebui")) << "# mine\nKEY=own\nX=1";
  EXPECT_TRUE(store_->ensure("openwebui", {{"KEY", 16}, {"NEW", 1}}).value());
  EXPECT_TRUE(text().starts_with("# mine\nKEY=own\nX=1\nNEW="));
}

TEST_F(SecretStore, RefusesNamesThatAreNone) {
  EXPECT_EQ(store_->ensure("../x", {{"KEY", 16}}).error().code, ErrorCode::kInternal);
  EXPECT_EQ(store_->ensure("x", {{"K=1\nY", 16}}).error().code, ErrorCode::kInternal);
  EXPECT_EQ(store_->ensure("x", {{"KEY", 0}}).error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace aistack::adapters::posix
