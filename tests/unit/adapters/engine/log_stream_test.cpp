#include "adapters/engine/log_stream.hpp"

#include <gtest/gtest.h>

#include "support/check.hpp"

namespace aistack::engine {
namespace {

using Stream = ports::LogLine::Stream;

std::string frame(char stream, const std::string& payload) {
  std::string bytes(8, '\0');
  bytes[0] = stream;
  bytes[5] = static_cast<char>(payload.size() >> 16);
  bytes[6] = static_cast<char>(payload.size() >> 8);
  bytes[7] = static_cast<char>(payload.size());
  return bytes + payload;
}

const std::string kTime = "2026-11-23T22:04:55.737766960Z ";

Result<std::vector<ports::LogLine>> lines(LogFormat format, const std::string& bytes,
                                          std::size_t size = 1) {
  std::vector<ports::LogLine> found;
  LogReader reader(format, [&found](ports::LogLine line) -> Result<> {
    found.push_back(std::move(line));
    return ok();
  });
  for (std::size_t i = 0; i < bytes.size(); i += size) {
    BOOST_OUTCOME_TRY(reader.feed(std::string_view(bytes).substr(i, size)));
  }
  BOOST_OUTCOME_TRY(reader.finish());
  return found;
}

std::vector<std::string> texts(const std::vector<ports::LogLine>& lines) {
  std::vector<std::string> list;
  for (const auto& line : lines) list.push_back(line.text);
  return list;
}

TEST(LogReader, TellsTheStreamsApartHoweverTheBytesAreCut) {
  const auto bytes = frame(1, kTime + "one\n") + frame(2, kTime + "bad\n") +
                     frame(1, kTime + "\n") + frame(1, kTime + "two\r\n");
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    const auto found = lines(LogFormat::multiplexed, bytes, size);
    ASSERT_OK(found);
    EXPECT_EQ(texts(found.value()), (std::vector<std::string>{"one", "bad", "", "two"}));
    EXPECT_EQ(found.value()[0].stream, Stream::out);
    EXPECT_EQ(found.value()[1].stream, Stream::err);
    for (const auto& line : found.value())
      EXPECT_EQ(to_iso8601(line.time.value()), "2026-11-23T22:04:55Z");
  }
}

TEST(LogReader, JoinsALineThatTheEngineCutIntoSeveralMessages) {
  const auto found =
      lines(LogFormat::multiplexed, frame(1, kTime + "be") + frame(2, kTime + "x\n") +
                                        frame(1, kTime + "gin") + frame(1, kTime + "ning\n"));
  ASSERT_OK(found);
  EXPECT_EQ(texts(found.value()), (std::vector<std::string>{"x", "beginning"}));
}

TEST(LogReader, TakesTheFirstWordForTextWhereItIsNoTime) {
  const auto found = lines(LogFormat::multiplexed, frame(1, "no time here\n") + frame(1, "word\n") +
                                                       frame(1, std::string(60, 'x') + " y\n"));
  ASSERT_OK(found);
  EXPECT_EQ(texts(found.value()),
            (std::vector<std::string>{"no time here", "word", std::string(60, 'x') + " y"}));
  EXPECT_FALSE(found.value()[0].time);
}

TEST(LogReader, ReadsATerminal) {
  const auto found = lines(LogFormat::raw, kTime + "one\r\n" + kTime + "two");
  ASSERT_OK(found);
  EXPECT_EQ(texts(found.value()), (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(found.value()[1].time);
}

TEST(LogReader, SplitsALongLine) {
  constexpr std::size_t kMost = 64 * 1024;
  const auto found =
      lines(LogFormat::raw, kTime + std::string(2 * kMost, 'x') + "\n" + kTime + "next\n", 1000);
  ASSERT_OK(found);
  ASSERT_EQ(found.value().size(), 3U);
  EXPECT_EQ(found.value()[0].text.size(), kMost);
  EXPECT_EQ(found.value()[1].text.size(), kMost);
  EXPECT_TRUE(found.value()[1].time);
  EXPECT_EQ(found.value()[2].text, "next");
}

TEST(LogReader, GivesTheEnginesOwnError) {
  const auto found = lines(LogFormat::multiplexed, frame(3, "the log driver broke\n"));
  EXPECT_ERROR(found, ErrorCode::kEngineFailed);
  EXPECT_EQ(found.error().why, "the log driver broke");
}

TEST(LogReader, RefusesDamagedFrames) {
  EXPECT_ERROR(lines(LogFormat::multiplexed, frame(4, "x")), ErrorCode::kEngineProtocol);
  EXPECT_ERROR(lines(LogFormat::multiplexed, "\x01"), ErrorCode::kEngineProtocol);
  EXPECT_ERROR(lines(LogFormat::multiplexed, frame(1, "xyz").substr(0, 9)),
               ErrorCode::kEngineProtocol);
}

}  // namespace
}  // namespace aistack::engine
