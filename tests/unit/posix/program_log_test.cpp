#include "adapters/posix/program_log.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "support/golden.hpp"
#include "support/temporary_directory.hpp"

namespace aistack::adapters::posix {
namespace {

using aistack::testing::read_whole;
using aistack::testing::TemporaryDirectory;

domain::LogRecord record(const std::string& message) {
  return {.time = *parse_iso8601("2026-11-23T10:00:00Z"),
          .pid = static_cast<int>(::getpid()),
          .command = "update-all",
          .service = {},
          .operation = {},
          .message = message};
}

// Runs `work` in a process of its own; gives whether it was content.
bool in_child(const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work() ? 0 : 1);
  int status = -1;
  ::waitpid(child, &status, 0);
  return status == 0;
}

class ProgramLog : public ::testing::Test {
 protected:
  std::vector<std::string> messages(const std::filesystem::path& file) {
    std::vector<std::string> result;
    std::ifstream stream{file};
    for (std::string line; std::getline(stream, line);)
      result.push_back(nlohmann::json::parse(line)["message"]);
    return result;
  }

  TemporaryDirectory temporary_;
  std::filesystem::path file_ = temporary_ / "log/aistack.log";
  std::unique_ptr<ports::ProgramLog> log_ =
      make_program_log(file_, domain::LogFormat::json, Missing::make);
};

using Messages = std::vector<std::string>;

TEST_F(ProgramLog, MakesItsFileForOwnerAndGroup) {
  const auto mask = ::umask(022);
  ASSERT_TRUE(log_->append(record("one")));
  ::umask(mask);
  struct stat status {};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0640U);
  EXPECT_EQ(messages(file_), Messages{"one"});
}

TEST_F(ProgramLog, WritesTextWhereTheSettingsSaySo) {
  const auto log = make_program_log(file_, domain::LogFormat::text, Missing::make);
  ASSERT_TRUE(log->append(record("one")));
  EXPECT_EQ(read_whole(file_), to_text_line(record("one")));
}

TEST_F(ProgramLog, GoesOnInANewFileAfterARename) {
  ASSERT_TRUE(log_->append(record("old")));
  const std::filesystem::path rotated{file_.string() + ".1"};
  std::filesystem::rename(file_, rotated);
  ASSERT_TRUE(log_->append(record("new")));
  EXPECT_EQ(messages(rotated), Messages{"old"});
  EXPECT_EQ(messages(file_), Messages{"new"});
}

TEST_F(ProgramLog, MakesNothingWhereItWasTakenAway) {
  const auto log = make_program_log(file_, domain::LogFormat::json, Missing::leave);
  EXPECT_TRUE(log->append(record("nowhere")));
  EXPECT_FALSE(std::filesystem::exists(file_.parent_path()));
  ASSERT_TRUE(log_->append(record("one")));
  EXPECT_TRUE(log->append(record("two")));
  EXPECT_EQ(messages(file_), (Messages{"one", "two"}));
  std::filesystem::remove(file_);
  EXPECT_TRUE(log->append(record("three")));
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(ProgramLog, KeepsLinesOfTwoProcessesWhole) {
  const auto thousand = [&](char letter) {
    bool good = true;
    for (std::size_t i = 0; i < 1000; ++i)
      good &= log_->append(record(std::string(i % 700 + 1, letter))).has_value();
    return good;
  };
  const pid_t other = ::fork();
  if (other == 0) ::_exit(thousand('b') ? 0 : 1);
  EXPECT_TRUE(thousand('a'));
  int status = -1;
  ::waitpid(other, &status, 0);
  EXPECT_EQ(status, 0);
  std::array<std::size_t, 2> count{};
  for (const auto& message : messages(file_)) {  // throws where lines were mixed
    EXPECT_EQ(message, std::string(message.size(), message[0]));
    ++count.at(message[0] == 'a' ? 0 : 1);
  }
  EXPECT_EQ(count, (std::array<std::size_t, 2>{1000, 1000}));
}

TEST_F(ProgramLog, LosesNoLineToRenamesInTheMiddle) {
  ASSERT_TRUE(log_->append(record("first")));
  // The writer writes until it is told to end, and tells how many lines that were.
  std::array<int, 2> end{};
  std::array<int, 2> told{};
  ASSERT_EQ(::pipe(end.data()) | ::pipe(told.data()), 0);
  const pid_t writer = ::fork();
  if (writer == 0) {
    ::close(end[1]);
    bool good = true;
    std::size_t count = 0;
    pollfd ended{end[0], POLLIN, 0};
    for (; ::poll(&ended, 1, 0) == 0; ++count) good &= log_->append(record("x")).has_value();
    good &= ::write(told[1], &count, sizeof count) == sizeof count;
    ::_exit(good ? 0 : 1);
  }
  std::vector<std::filesystem::path> files{file_};
  for (int tries = 0; files.size() < 20 && tries < 100'000; ++tries) {
    const std::filesystem::path rotated{file_.string() + "." + std::to_string(files.size())};
    std::error_code error;
    std::filesystem::rename(file_, rotated, error);
    if (!error) files.push_back(rotated);
    ::usleep(500);
  }
  ::close(end[1]);
  int status = -1;
  ::waitpid(writer, &status, 0);
  EXPECT_EQ(status, 0);
  std::size_t written = 0;
  EXPECT_EQ(::read(told[0], &written, sizeof written), static_cast<ssize_t>(sizeof written));
  for (const int descriptor : {end[0], told[0], told[1]}) ::close(descriptor);
  std::size_t lines = 0;
  for (const auto& file : files)
    if (std::filesystem::exists(file)) lines += messages(file).size();
  EXPECT_EQ(lines, written + 1);
}

TEST_F(ProgramLog, AppendsAllOfALineOrNothing) {
  ASSERT_TRUE(log_->append(record("kept")));
  const auto before = read_whole(file_);
  EXPECT_TRUE(in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{before.size() + 20, before.size() + 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto lost = log_->append(record("lost"));
    return !lost && lost.error().code == ErrorCode::kDiskFull;
  }));
  EXPECT_EQ(read_whole(file_), before);
  ASSERT_TRUE(log_->append(record("after")));
  EXPECT_EQ(messages(file_), (Messages{"kept", "after"}));
}

TEST_F(ProgramLog, WaitsForNobodyWhoHoldsTheFile) {
  ASSERT_TRUE(log_->append(record("one")));
  const int holder = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(holder, LOCK_EX), 0);
  EXPECT_TRUE(log_->append(record("two")));
  ::close(holder);
  EXPECT_EQ(messages(file_), (Messages{"one", "two"}));
}

TEST_F(ProgramLog, SaysWhyItCannotBeWritten) {
  std::ofstream(temporary_ / "log") << "a file where the directory should be";
  const auto written = log_->append(record("lost"));
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().why.find("ENOTDIR"), std::string::npos) << written.error().why;
}

TEST(Caller, IsFoundInProcAndPasswd) {
  const auto caller = find_caller({{"SUDO_USER", "alice"}});
  EXPECT_EQ(caller.user, ::geteuid() == 0 ? "root" : caller.user);
  EXPECT_FALSE(caller.user.empty());
  const auto parent = std::string{
      trim(read_whole(std::filesystem::path{"/proc"} / std::to_string(::getppid()) / "comm"))};
  EXPECT_TRUE(caller.from.starts_with(parent)) << caller.from;
}

}  // namespace
}  // namespace aistack::adapters::posix
