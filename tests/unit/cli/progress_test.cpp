#include "cli/render/progress.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "base/text.hpp"
#include "cli/render/pull_line.hpp"
#include "cli/render/table.hpp"
#include "support/fake_clock.hpp"
#include "terminal.hpp"

namespace aistack::cli {
namespace {

using namespace std::chrono_literals;
using operations::PullTotals;

PullTotals totals(std::uint64_t done, std::optional<std::uint64_t> total = 1'000'000'000) {
  return {"ollama/ollama:0.5.1", 1, 4, done, total};
}

class Progress : public ::testing::Test {
 protected:
  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  PseudoTerminal terminal_{80};
  Output output_{terminal_.fd(), terminal_.fd(), {}};
};

TEST_F(Progress, KeepsALiveLineAServiceUntilTheAnswerTakesItsPlace) {
  std::string written;
  const auto progress = make_progress(output_, clock_, {});
  progress->step("ollama", "creating container");
  progress->step("openwebui", "creating container");
  progress->step("ollama", "waiting for green");
  written += terminal_.take();
  EXPECT_EQ(screen_of(written), "ollama     waiting for green\nopenwebui  creating container\n");
  progress->note("ollama", "no GPU runtime");
  progress->done("ollama", "green");
  written += terminal_.take();
  EXPECT_EQ(screen_of(written),
            "ollama     note: no GPU runtime\nopenwebui  creating container\nollama     green\n");
  progress->failed("openwebui", "exited with 1");
  progress->step("localai", "pulling");
  written += terminal_.take();
  EXPECT_EQ(screen_of(written),
            "ollama     note: no GPU runtime\nollama     green\n"
            "openwebui  failed: exited with 1\nlocalai    pulling\n");
  output_.write_line("ollama: installed, green");
  progress->step("localai", "creating container");
  written += terminal_.take();
  EXPECT_EQ(screen_of(written),
            "ollama     note: no GPU runtime\nollama: installed, green\n"
            "localai    creating container\n");
  progress->finish();
  written += terminal_.take();
  EXPECT_EQ(screen_of(written), "ollama     note: no GPU runtime\nollama: installed, green\n");
}

TEST_F(Progress, IsNotInTheWayOfWhatIsPrinted) {
  const auto progress = make_progress(output_, clock_, {});
  progress->step("web", "looking");
  output_.write_line("web: repaired, green");
  output_.write_line("  evidence: web_repair.json");
  progress->step("web", "looking");
  std::string written = terminal_.take();
  EXPECT_EQ(screen_of(written),
            "web: repaired, green\n  evidence: web_repair.json\nweb       looking\n");
  output_.error_line("error: the disk is full");
  progress->finish();
  written += terminal_.take();
  EXPECT_EQ(screen_of(written),
            "web: repaired, green\n  evidence: web_repair.json\nerror: the disk is full\n");
}

TEST_F(Progress, ComesBackBelowWhatIsSaidAside) {
  const auto progress = make_progress(output_, clock_, {});
  progress->step("web", "starting");
  progress->step("chat", "starting");
  progress->done("web", "installed");
  output_.error_line("interrupted: ending", Priority::warning);
  EXPECT_EQ(screen_of(terminal_.take()),
            "interrupted: ending\nchat      starting\nweb       installed\n");
}

TEST_F(Progress, DrawsAPullWithBytesRateAndTimeLeft) {
  const auto progress = make_progress(output_, clock_, {});
  std::string written;
  for (std::uint64_t i = 0; i <= 20; ++i) {
    progress->pull("ollama", totals(i * 25'000'000));
    clock_.advance(500ms);
  }
  written = terminal_.take();
  EXPECT_EQ(screen_of(written),
            "ollama    pulling [##########----------] 500 MB / 1.0 GB  50 MB/s  11s left\n");
  progress->step("ollama", "creating container");
  written += terminal_.take();
  EXPECT_EQ(screen_of(written),
            "ollama    pulled ollama/ollama:0.5.1 (1.0 GB in 10s)\nollama    creating container\n");
}

TEST_F(Progress, RedrawsAPullAtMostTenTimesASecond) {
  const auto progress = make_progress(output_, clock_, {});
  int frames = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    progress->pull("ollama", totals(i * 1'000'000));
    if (!terminal_.take().empty()) ++frames;
    clock_.advance(1ms);
  }
  EXPECT_GE(frames, 8);
  EXPECT_LE(frames, 11);
}

TEST_F(Progress, FitsANarrowTerminal) {
  PseudoTerminal narrow{40};
  Output output{narrow.fd(), narrow.fd(), {{"NO_COLOR", "1"}}};
  const auto progress = make_progress(output, clock_, {});
  std::string written;
  for (std::uint64_t i = 0; i < 5; ++i) {
    progress->pull("ollama", totals(i * 25'000'000));
    clock_.advance(500ms);
  }
  progress->step("a-service-with-a-very-long-name", std::string(200, 'x'));
  progress->done("localai", "green after a while, and this text needs several lines");
  for (const auto& line : split(narrow.take(), '\n')) {
    auto bare = line;
    if (const auto erase = bare.rfind("\x1b[J"); erase != std::string::npos)
      bare = bare.substr(erase + 3);
    EXPECT_LT(display_width(bare), 40) << bare;
  }
}

TEST_F(Progress, IsSilentWhenAskedTo) {
  const auto progress = make_progress(output_, clock_, {.quiet = true});
  progress->step("ollama", "x");
  progress->pull("ollama", totals(5));
  progress->failed("ollama", "x");
  progress->finish();
  EXPECT_EQ(terminal_.take(), "");
}

class PlainProgress : public ::testing::Test {
 protected:
  PlainProgress() { EXPECT_EQ(::pipe(pipe_.data()), 0); }
  ~PlainProgress() override {
    ::close(pipe_[0]);
    ::close(pipe_[1]);
  }
  std::string take() {
    std::array<char, 65536> block;
    const auto got = ::read(pipe_[0], block.data(), block.size());
    return {block.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
  }

  std::array<int, 2> pipe_{};
  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
};

TEST_F(PlainProgress, IsOneLineAStep) {
  Output output{pipe_[1], pipe_[1], {}};
  const auto progress = make_progress(output, clock_, {});
  progress->step("ollama", "pulling ollama/ollama:0.5.1");
  for (std::uint64_t i = 0; i < 100; ++i) {
    progress->pull("ollama", totals(i * 10'000'000));
    clock_.advance(100ms);
  }
  progress->step("ollama", "creating container");
  progress->step("ollama", "creating container");
  progress->note("ollama", "a\x1b[2Jb");
  progress->done("ollama", "green");
  progress->step("", "checking");
  progress->failed("localai", "exited with 1");
  progress->finish();
  EXPECT_EQ(take(),
            "ollama: pulling ollama/ollama:0.5.1\n"
            "ollama: pulled ollama/ollama:0.5.1 (1.0 GB in 10s)\n"
            "ollama: creating container\n"
            "ollama: note: a\\x1b[2Jb\n"
            "checking\n"
            "localai: failed: exited with 1\n");  // others go on
}

TEST_F(PlainProgress, TellsHowAServiceEndedWhereTheAnswerIsADocument) {
  Output output{pipe_[1], pipe_[1], {}};
  const auto progress = make_progress(output, clock_, {.json = true});
  progress->done("ollama", "green");
  progress->failed("localai", "exited with 1");
  EXPECT_EQ(take(), "ollama: green\nlocalai: failed: exited with 1\n");
}

TEST_F(PlainProgress, IsUsedForJsonOnATerminalToo) {
  PseudoTerminal terminal{80};
  Output output{terminal.fd(), terminal.fd(), {}};
  make_progress(output, clock_, {.json = true})->step("ollama", "x");
  EXPECT_EQ(terminal.take(), "ollama: x\n");
}

TEST(PullLine, SaysWhatItKnows) {
  const PullRate rate{SteadyTime{}};
  EXPECT_EQ(pull_text({"img", 1, 4, 0, {}}, rate, 60), "pulling img 1 of 4 layers");
  EXPECT_EQ(pull_text({"img", 1, 4, 5'000'000, {}}, rate, 60), "pulling img 5.0 MB");
  EXPECT_EQ(pull_text({"img", 1, 4, 5'000'000, 10'000'000}, rate, 60),
            "pulling img [##########----------] 5.0 MB / 10 MB");
  EXPECT_EQ(pull_text({"img", 1, 4, 5'000'000, 10'000'000}, rate, 30), "pulling 5.0 MB / 10 MB");
  EXPECT_EQ(pull_text({"img", 1, 4, 5'000'000, 10'000'000}, rate, 8), "5.0 MB …");
  EXPECT_EQ(pulled_text({"img", 4, 4, 0, {}}, 1s), "pulled img");
}

}  // namespace
}  // namespace aistack::cli
