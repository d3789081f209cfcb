#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <fstream>

#include "adapters/posix/clock.hpp"
#include "adapters/posix/service_locks.hpp"
#include "support/golden.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"

namespace aistack::adapters::posix {
namespace {

using namespace std::chrono_literals;
using aistack::testing::run;
using aistack::testing::run_and_cancel;
using aistack::testing::TemporaryDirectory;

class ServiceLocks : public ::testing::Test {
 protected:
  auto acquire(const std::string& service, const std::string& operation,
               std::chrono::nanoseconds wait = {}) {
    return run(io_, locks_->acquire(service, operation, wait));
  }

  boost::asio::io_context io_;
  TemporaryDirectory temporary_;
  std::filesystem::path directory_ = temporary_ / "run/aistack";
  std::unique_ptr<ports::Clock> clock_ = make_clock();
  std::unique_ptr<ports::ServiceLocks> locks_ = make_service_locks(directory_, *clock_);
};

TEST_F(ServiceLocks, NameTheOneWhoHoldsIt) {
  auto first = acquire("ollama", "install");
  ASSERT_TRUE(first);
  const auto second = acquire("ollama", "remove");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kLocked);
  EXPECT_EQ(second.error().why, "ollama is being worked on by pid " + std::to_string(::getpid()) +
                                    " (install, for 0s)");
  EXPECT_TRUE(acquire("localai", "remove"));
  first.value().reset();
  EXPECT_EQ(aistack::testing::read_whole(directory_ / "ollama.lock"), "");
  EXPECT_TRUE(acquire("ollama", "remove"));
}

TEST_F(ServiceLocks, AreWaitedFor) {
  auto first = acquire("ollama", "install");
  ASSERT_TRUE(first);
  boost::asio::steady_timer release{io_, 30ms};
  release.async_wait([&](const boost::system::error_code&) { first.value().reset(); });
  EXPECT_TRUE(acquire("ollama", "remove", 30s));
}

TEST_F(ServiceLocks, AreWaitedForNoLongerThanAsked) {
  const auto first = acquire("ollama", "install");
  ASSERT_TRUE(first);
  const auto begin = clock_->steady_now();
  const auto second = acquire("ollama", "remove", 20ms);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kLocked);
  EXPECT_GE(clock_->steady_now() - begin, 20ms);
}

TEST_F(ServiceLocks, CanBeInterruptedWhileTheyAreWaitedFor) {
  const auto first = acquire("ollama", "install");
  int turns = 0;
  const auto second =
      run_and_cancel(io_, locks_->acquire("ollama", "remove", 1h), [&] { return ++turns > 3; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kInterrupted);
}

TEST_F(ServiceLocks, EndWithTheProcessThatHeldThem) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = acquire("ollama", "install");
    const char answer = held ? 'y' : 'n';
    if (::write(pipe[1], &answer, 1) != 1) ::_exit(1);
    ::pause();
    ::_exit(0);
  }
  char answer = '?';
  ASSERT_EQ(::read(pipe[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  const auto denied = acquire("ollama", "remove");
  ASSERT_FALSE(denied);
  EXPECT_NE(denied.error().why.find("pid " + std::to_string(child)), std::string::npos);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(acquire("ollama", "remove"));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_F(ServiceLocks, SurviveThatTheirFileIsRemoved) {
  auto first = acquire("ollama", "install");
  ASSERT_TRUE(first);
  std::filesystem::remove_all(directory_);
  // The old holder's file is nobody's any more: a new one counts from here on.
  auto second = acquire("ollama", "remove");
  ASSERT_TRUE(second);
  EXPECT_FALSE(acquire("ollama", "start"));
  first.value().reset();
  EXPECT_FALSE(acquire("ollama", "start"));
}

TEST_F(ServiceLocks, SayWhenTheDirectoryCannotBeMade) {
  std::ofstream(temporary_ / "file") << "";
  const auto locks = make_service_locks(temporary_ / "file/run", *clock_);
  const auto result = run(io_, locks->acquire("ollama", "install", {}));
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().why.find("ENOTDIR"), std::string::npos);
}

TEST(Clock, SleepsAndIsInterrupted) {
  boost::asio::io_context io;
  const auto clock = make_clock();
  const auto begin = clock->steady_now();
  EXPECT_TRUE(run(io, clock->sleep(5ms)));
  EXPECT_GE(clock->steady_now() - begin, 5ms);
  int turns = 0;
  const auto result = run_and_cancel(io, clock->sleep(1h), [&] { return ++turns > 1; });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInterrupted);
}

Task<> sleep_again_when_cancelled(ports::Clock& clock) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const auto first = co_await clock.sleep(1h);
  if (first) co_return ok();
  co_return co_await clock.sleep(1h);
}

TEST(Clock, DoesNotSleepOnceTheTaskIsCancelled) {
  boost::asio::io_context io;
  const auto clock = make_clock();
  int turns = 0;
  const auto result =
      run_and_cancel(io, sleep_again_when_cancelled(*clock), [&] { return ++turns > 1; });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInterrupted);
}

}  // namespace
}  // namespace aistack::adapters::posix
