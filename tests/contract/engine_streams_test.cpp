#include <fmt/format.h>

#include <algorithm>

#include "engine_fixture.hpp"

// What streams, and what can be cancelled.
namespace aistack::testing {
namespace {

using std::chrono::seconds;

ports::LogSink into(std::vector<ports::LogLine>& lines) {
  return [&lines](ports::LogLine line) -> Result<> {
    lines.push_back(std::move(line));
    return ok();
  };
}

TEST_P(EngineContract, GivesTheLogWithTimes) {
  const auto container = start("talks", Kind::talks);
  std::vector<ports::LogLine> lines;
  run_until([&] {
    lines.clear();
    EXPECT_TRUE(run(engine_->logs(container, {}, into(lines))));
    return lines.size() >= 102;
  });
  for (const auto& line : lines) {
    EXPECT_TRUE(line.time);
    EXPECT_FALSE(line.text.empty());
    EXPECT_EQ(line.text.find('\n'), std::string::npos);
  }
  const auto last = lines.back().text;
  lines.clear();
  const ports::LogQuery tail{.tail = 3};
  ASSERT_OK(run(engine_->logs(container, tail, into(lines))));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines.back().text, last);
  EXPECT_ERROR(run(engine_->logs("contract-absent", {}, into(lines))), ErrorCode::kNotFound);
}

TEST_P(EngineContract, EndsTheLogWhereTheReaderSaysSo) {
  const auto container = start("talks", Kind::talks);
  int count = 0;
  const auto stop_at_two = [&count](ports::LogLine) -> Result<> {
    if (++count == 2) return Error{ErrorCode::kIo, "the pipe is closed"};
    return ok();
  };
  const ports::LogQuery follow{.follow = true};
  EXPECT_ERROR(run(engine_->logs(container, follow, stop_at_two)), ErrorCode::kIo);
  EXPECT_EQ(count, 2);
}

TEST_P(EngineContract, FollowsTheLogUntilTheContainerStops) {
  const auto container = start("followed");
  std::vector<ports::LogLine> lines;
  const ports::LogQuery follow{.follow = true};
  const auto following = testing::start(io_, engine_->logs(container, follow, into(lines)));
  run_until([&] { return !lines.empty(); });
  EXPECT_FALSE(following->ended());
  ASSERT_OK(run(engine_->stop_container(container, seconds(5))));
  run_until([&] { return following->ended(); });
  ASSERT_OK(following->take());
}

TEST_P(EngineContract, ReadsTheRawLogOfATerminal) {
  auto wanted = spec(name("tty"));
  wanted.config["Tty"] = true;
  create(wanted);
  ASSERT_OK(run(engine_->start_container(wanted.name)));
  EXPECT_TRUE(inspect(wanted.name).tty);
  std::vector<ports::LogLine> lines;
  run_until([&] {
    lines.clear();
    EXPECT_TRUE(run(engine_->logs(wanted.name, {}, into(lines))));
    return lines.size() >= 2;
  });
  for (const auto& line : lines) {
    EXPECT_EQ(line.stream, ports::LogLine::Stream::out);
    EXPECT_EQ(line.text.find('\r'), std::string::npos);
    EXPECT_TRUE(line.time) << line.text;
  }
}

TEST_P(EngineContract, TellsWhatHappens) {
  const auto container = name("seen");
  std::vector<ports::EngineEvent> seen;
  bool ready = false;
  const ports::EventQuery query{.types = {"container"}, .labels = {{"contract", container}}};
  const auto watching = testing::start(io_, engine_->events(
                                                query, [&ready] { ready = true; },
                                                [&seen](ports::EngineEvent event) -> Result<> {
                                                  seen.push_back(std::move(event));
                                                  return ok();
                                                }));
  run_until([&] { return ready; });
  start("unseen");
  create(spec(container, Kind::exits_with_3), Kind::exits_with_3);
  ASSERT_OK(run(engine_->start_container(container)));
  const auto find = [&](const std::string& action) {
    return std::find_if(seen.begin(), seen.end(),
                        [&](const auto& event) { return event.action == action; });
  };
  run_until([&] { return find("die") != seen.end(); });
  for (const auto& event : seen) {
    EXPECT_EQ(event.type, "container");
    EXPECT_EQ(event.name, container);
    EXPECT_GT(event.time, Time(seconds(1'000'000'000)));
  }
  EXPECT_LT(find("create"), find("start"));
  EXPECT_LT(find("start"), find("die"));
  EXPECT_EQ(find("die")->attributes.at("exitCode"), "3");
  EXPECT_EQ(find("die")->id, inspect(container).id);
  watching->cancel();
  run_until([&] { return watching->ended(); });
  EXPECT_ERROR(watching->take(), ErrorCode::kInterrupted);
}

TEST_P(EngineContract, EndsAWaitThatIsCancelled) {
  const auto container = start("waited-for");
  const auto waiting = testing::start(io_, engine_->wait_container(container));
  ASSERT_OK(run(engine_->version()));
  EXPECT_FALSE(waiting->ended());
  waiting->cancel();
  run_until([&] { return waiting->ended(); });
  EXPECT_ERROR(waiting->take(), ErrorCode::kInterrupted);
  // The engine is of use afterwards.
  EXPECT_EQ(inspect(container).state, ports::ContainerState::running);
}

TEST_P(EngineContract, EndsAPullThatIsCancelledAndGoesOnLater) {
  const auto reference = is_fake() ? registry_ + "/big:1" : variable("AISTACK_TEST_BIG_IMAGE");
  ASSERT_OK(run(engine_->remove_image(reference)));
  bool began = false;
  const auto pulling =
      testing::start(io_, engine_->pull_image(reference, [&began](const ports::PullProgress& line) {
        began = began || !line.layer.empty();
      }));
  run_until([&] { return began || pulling->ended(); });
  ASSERT_FALSE(pulling->ended());
  pulling->cancel();
  run_until([&] { return pulling->ended(); });
  EXPECT_ERROR(pulling->take(), ErrorCode::kInterrupted);
  ASSERT_OK(run(engine_->pull_image(reference, [](const ports::PullProgress&) {})));
}

// One file in a tar archive, padded as the format wants it.
std::string tar_of(const std::string& file, const std::string& content) {
  std::string header(512, '\0');
  header.replace(0, file.size(), file);
  const auto put = [&](std::size_t at, const std::string& text) {
    header.replace(at, text.size(), text);
  };
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", content.size()));
  put(136, "00000000000");
  put(148, "        ");
  put(156, "0");
  put(257, "ustar");
  put(263, "00");
  unsigned sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  put(148, fmt::format("{:06o}", sum));
  header[154] = '\0';
  std::string archive = header + content;
  archive.resize((archive.size() + 511) / 512 * 512 + 1024, '\0');
  return archive;
}

ports::ByteSource source_of(const std::string& bytes, std::size_t& at) {
  return [&bytes, &at]() -> Result<std::string_view> {
    const auto piece = std::string_view(bytes).substr(at, 100'000);
    at += piece.size();
    return piece;
  };
}

TEST_P(EngineContract, CarriesArchivesInAndOut) {
  const auto container = name("files");
  create(spec(container));
  const std::string content = "kept\n" + std::string(300'000, 'x');
  const auto archive = tar_of("note.txt", content);
  std::size_t at = 0;
  ASSERT_OK(run(engine_->write_archive(container, "/", source_of(archive, at))));
  std::string read;
  const auto keep = [&read](std::string_view piece) -> Result<> {
    read.append(piece);
    return ok();
  };
  const auto path = is_fake() ? "/" : "/note.txt";
  ASSERT_OK(run(engine_->read_archive(container, path, keep)));
  EXPECT_NE(read.find(content), std::string::npos);
  EXPECT_ERROR(run(engine_->read_archive(container, "/no/such/file", keep)), ErrorCode::kNotFound);
  at = 0;
  EXPECT_ERROR(run(engine_->write_archive("contract-absent", "/", source_of(archive, at))),
               ErrorCode::kNotFound);
}

}  // namespace
}  // namespace aistack::testing
