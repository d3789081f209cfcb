#include "cli/output.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "cli/dispatch.hpp"
#include "cli/render/error.hpp"
#include "support/run.hpp"
#include "terminal.hpp"

namespace aistack::cli {
namespace {

class OutputTest : public ::testing::Test {
 protected:
  OutputTest() {
    ::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(::pipe2(out_.data(), O_NONBLOCK), 0);
    EXPECT_EQ(::pipe2(err_.data(), O_NONBLOCK), 0);
  }
  ~OutputTest() override {
    for (const int fd : {out_[0], out_[1], err_[0], err_[1]})
      if (fd >= 0) ::close(fd);
  }
  static std::string take(int fd) {
    std::array<char, 65536> block;
    const auto got = ::read(fd, block.data(), block.size());
    return {block.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }
  void close_reader() {
    ::close(out_[0]);
    out_[0] = -1;
  }
  int dispatch_with(Handler handler, Output& output, GlobalOptions options = {}) {
    Session session{std::move(options), output, {}, {}, {}};
    const Command command{.name = "x", .help = "x", .run = handler};
    boost::asio::io_context io;
    return testing::run(io, dispatch(session, {&command, {}, {}})).value();
  }

  std::array<int, 2> out_{};
  std::array<int, 2> err_{};
};

TEST_F(OutputTest, BuffersAndKeepsTheOrderOfTheTwoStreams) {
  Output output{out_[1], out_[1], {}};
  output.write("data ");
  EXPECT_EQ(take(out_[0]), "");
  output.error_line("note");
  output.write_line("more");
  output.flush();
  EXPECT_EQ(take(out_[0]), "data note\nmore\n");
}

TEST_F(OutputTest, WritesWhenTheBufferIsFull) {
  Output output{out_[1], err_[1], {}};
  output.write(std::string(70'000, 'x').substr(0, 65'535));
  EXPECT_EQ(take(out_[0]), "");
  output.write("x");
  EXPECT_EQ(take(out_[0]).size(), 65'536U);
}

TEST_F(OutputTest, StopsQuietlyWhenTheReaderGoesAway) {
  Output output{out_[1], err_[1], {}};
  close_reader();
  output.write_line("x");
  output.flush();
  EXPECT_TRUE(output.broken());
  EXPECT_EQ(output.failure(), 0);
  output.write(std::string(1 << 20, 'x'));
  output.flush();
}

TEST_F(OutputTest, KnowsThatAPipeIsNoTerminal) {
  const Output output{out_[1], err_[1], {{"COLUMNS", "132"}}};
  EXPECT_FALSE(output.terminal(Stream::out).is_terminal);
  EXPECT_FALSE(output.terminal(Stream::out).color);
  EXPECT_EQ(output.terminal(Stream::out).width, 132);
  const Output plain{out_[1], err_[1], {{"COLUMNS", "x"}}};
  EXPECT_EQ(plain.terminal(Stream::err).width, 80);
}

std::string stream_of(int fd) {
  struct stat status {};
  EXPECT_EQ(::fstat(fd, &status), 0);
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

TEST_F(OutputTest, MarksEachLineForTheJournal) {
  Output output{out_[1], err_[1], {{"JOURNAL_STREAM", stream_of(err_[1])}}};
  output.write_line("data");
  output.error_line("ollama: starting");
  output.error("Go on? ");
  output.error_line("yes");
  print_note(output, "careful", false);
  print_error(output, {ErrorCode::kIo, "EIO", "cannot read"}, false);
  EXPECT_EQ(take(err_[0]),
            "<6>ollama: starting\n<6>Go on? yes\n<4>note: careful\n"
            "<3>error: cannot read\n<3>  why:   EIO\n");
  EXPECT_EQ(take(out_[0]), "data\n");
}

TEST_F(OutputTest, MarksNothingWhereStderrIsNotTheJournal) {
  for (const auto& stream : {std::string{}, std::string{"garbage"}, std::string{"8:"},
                             stream_of(out_[1]), stream_of(err_[1]) + "1"}) {
    Output output{out_[1], err_[1], {{"JOURNAL_STREAM", stream}}};
    print_note(output, "careful", false);
    EXPECT_EQ(take(err_[0]), "note: careful\n") << stream;
  }
}

TEST_F(OutputTest, AsksTheTerminalForItsWidth) {
  const PseudoTerminal terminal{40};
  const Output output{terminal.fd(), err_[1], {{"COLUMNS", "132"}}};
  EXPECT_TRUE(output.terminal(Stream::out).is_terminal);
  EXPECT_EQ(output.terminal(Stream::out).width, 40);
  EXPECT_TRUE(output.terminal(Stream::out).color);
  EXPECT_FALSE(output.terminal(Stream::err).is_terminal);
  const Output plain{terminal.fd(), err_[1], {{"NO_COLOR", "1"}}};
  EXPECT_FALSE(plain.terminal(Stream::out).color);
  Output forbidden{terminal.fd(), err_[1], {}};
  forbidden.forbid_color();
  EXPECT_FALSE(forbidden.terminal(Stream::out).color);
}

Task<int> six(Session& session, const Arguments&) {
  session.output.write_line("data");
  co_return 6;
}
Task<int> locked(Session&, const Arguments&) {
  co_return Error{ErrorCode::kLocked, "pid 5", "cannot start x", "nothing was changed", {}};
}

TEST_F(OutputTest, DispatchGivesTheHandlersCode) {
  Output output{out_[1], err_[1], {}};
  EXPECT_EQ(dispatch_with(six, output), 6);
  EXPECT_EQ(take(out_[0]), "data\n");
}

TEST_F(OutputTest, DispatchRendersTheHandlersError) {
  Output output{out_[1], err_[1], {}};
  EXPECT_EQ(dispatch_with(locked, output), 1);
  EXPECT_EQ(take(err_[0]), "error: cannot start x\n  why:   pid 5\n  state: nothing was changed\n");
  EXPECT_EQ(dispatch_with(locked, output, {.json = true}), 1);
  EXPECT_TRUE(take(out_[0]).starts_with("{\n  \"error\": {\n    \"code\": \"locked\""));
  EXPECT_EQ(take(err_[0]), "");
}

TEST_F(OutputTest, DispatchKeepsTheCodeWithoutAReaderAndEndsBadlyOnAFullDisk) {
  Output output{out_[1], err_[1], {}};
  close_reader();
  EXPECT_EQ(dispatch_with(six, output), 6);
  EXPECT_EQ(dispatch_with(locked, output, {.json = true}), 1);
  EXPECT_EQ(take(err_[0]), "");
  const int full = ::open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  Output nowhere{full, err_[1], {}};
  EXPECT_EQ(dispatch_with(six, nowhere), 1);
  ::close(full);
  EXPECT_EQ(take(err_[0]),
            "error: cannot write to standard output\n  why:   ENOSPC: No space left on device\n");
}

}  // namespace
}  // namespace aistack::cli
