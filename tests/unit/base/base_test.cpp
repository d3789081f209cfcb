#include <gtest/gtest.h>

#include "base/text.hpp"
#include "base/time.hpp"

namespace aistack {
namespace {

TEST(Iso8601, ReadsWhatItWrote) {
  const auto time = parse_iso8601("2026-11-23T10:00:00.123Z");
  ASSERT_TRUE(time);
  EXPECT_EQ(to_iso8601(*time, TimePrecision::milliseconds), "2026-11-23T10:00:00.123Z");
  EXPECT_EQ(to_iso8601(*time), "2026-11-23T10:00:00Z");
}

TEST(Iso8601, ReadsNanosecondsAndOffsetsAsEnginesWriteThem) {
  const auto utc = parse_iso8601("2026-11-23T10:00:00.123456789Z");
  const auto offset = parse_iso8601("2026-11-23T11:30:00.123456789+01:30");
  ASSERT_TRUE(utc);
  EXPECT_EQ(utc, offset);
}

TEST(Iso8601, TakesNeverAndNonsenseForAbsent) {
  for (const auto* text : {"0001-01-01T00:00:00Z", "2262-01-01T00:00:00Z", "", "2026",
                           "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-23T10:00:00",
                           "2026-11-23T25:00:00Z", "2026-11-23T10:00:00Zx"})
    EXPECT_FALSE(parse_iso8601(text)) << text;
}

TEST(Nearest, FindsASlipAndNothingFarther) {
  const std::vector<std::string> names{"ollama", "openwebui", "localai"};
  EXPECT_EQ(nearest("olama", names), "ollama");
  EXPECT_EQ(nearest("opnewebui", names), "openwebui");
  EXPECT_EQ(nearest("vllm", names), std::nullopt);
  EXPECT_EQ(nearest("", names), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'a'), names), std::nullopt);
}

TEST(HumanBytes, UsesDecimalUnits) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1'300'000'000), "1.3 GB");
  EXPECT_EQ(human_bytes(512'000'000), "512 MB");
  EXPECT_EQ(human_bytes(999'999), "1.0 MB");
}

TEST(Printable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\x1b[31mb\nc"), "a\\x1b[31mb\\x0ac");
  EXPECT_EQ(printable("ok\tünïcode"), "ok\tünïcode");
  EXPECT_EQ(printable("\xff"), "\xEF\xBF\xBD");
  EXPECT_EQ(printable("\xC2\x9b"
                      "31m"),
            "\\x9b31m");
  EXPECT_EQ(printable("abcdef", 3), "abc…");
}

}  // namespace
}  // namespace aistack
