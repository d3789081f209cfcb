#include <gtest/gtest.h>

#include "compose/go_format.hpp"
#include "compose/syntax.hpp"

namespace aistack::compose {
namespace {

std::string ports(const std::string& text) {
  const auto parsed = parse_port(text);
  if (!parsed) return "wrong: " + parsed.wrong;
  std::string all;
  for (const auto& port : parsed.value) {
    all += (all.empty() ? "" : " ") + port.host_ip + "|" + port.published + "|" +
           std::to_string(port.target) + "/" + port.protocol;
  }
  return all;
}

TEST(PortSyntax, ReadsEveryForm) {
  EXPECT_EQ(ports("3000"), "||3000/tcp");
  EXPECT_EQ(ports("8080:80"), "|8080|80/tcp");
  EXPECT_EQ(ports("127.0.0.1:8080:80"), "127.0.0.1|8080|80/tcp");
  EXPECT_EQ(ports("127.0.0.1::80"), "127.0.0.1||80/tcp");
  EXPECT_EQ(ports("[::1]:8080:80/UDP"), "::1|8080|80/udp");
  EXPECT_EQ(ports("9000-9001:9100-9101"), "|9000|9100/tcp |9001|9101/tcp");
  EXPECT_EQ(ports("5000-5010:80"), "|5000-5010|80/tcp");
  EXPECT_EQ(ports("9-10"), "||10/tcp ||9/tcp");
}

TEST(PortSyntax, SaysWhatIsWrong) {
  EXPECT_EQ(ports("70000:80"), "wrong: \"70000\" is not a host port (1 to 65535)");
  EXPECT_EQ(ports("http:80"), "wrong: \"http\" is not a host port (1 to 65535)");
  EXPECT_EQ(ports("80:"), "wrong: \"\" is not a container port (1 to 65535)");
  EXPECT_EQ(ports("a.b:80:80"), "wrong: \"a.b\" is not an IP address");
  EXPECT_EQ(ports("80/icmp"), "wrong: \"icmp\" is not a protocol");
  EXPECT_EQ(ports("90-80:1-11"), "wrong: \"90-80\" is not a host port (1 to 65535)");
  EXPECT_TRUE(ports("8000-8002:80-81").starts_with("wrong: the host ports"));
}

TEST(VolumeSyntax, TellsPathsFromNames) {
  EXPECT_FALSE(parse_volume("data:/data").value.bind);
  EXPECT_TRUE(parse_volume("./data:/data").value.bind);
  EXPECT_TRUE(parse_volume("~/data:/data").value.bind);
  EXPECT_TRUE(parse_volume("C:\\data:/data").value.bind);
  const auto anonymous = parse_volume("/data").value;
  EXPECT_EQ(anonymous.source, "");
  EXPECT_EQ(anonymous.target, "/data");
}

TEST(VolumeSyntax, ReadsOptions) {
  const auto volume = parse_volume("./a:/b:ro,z,rshared,unknown").value;
  EXPECT_TRUE(volume.read_only);
  EXPECT_EQ(volume.selinux, "z");
  EXPECT_EQ(volume.propagation, "rshared");
  EXPECT_TRUE(parse_volume("vol:/b:nocopy").value.no_copy);
}

TEST(VolumeSyntax, RefusesEmptyPartsAndTooMany) {
  for (const char* text : {"", "vol::ro", ":/data", "vol:/b:ro:x"}) {
    EXPECT_FALSE(parse_volume(text)) << text;
  }
}

using Words = std::vector<std::string>;

TEST(CommandLine, SplitsAsComposeDoes) {
  const std::vector<std::pair<const char*, Words>> cases{
      {"serve --port 8080", {"serve", "--port", "8080"}},
      {"a \"two words\" 'x y' b\\ c", {"a", "two words", "x y", "b c"}},
      {"\"\" ''", {"", ""}},
      {"", {}},
      {"  \n a\n  b ", {"a", "b"}},
      {"a && b", {"a"}},
      {"run 2>/dev/null", {"run"}},
      {"a;b", {"a"}},
      {"echo $(date +%s) `x y`", {"echo", "$(date +%s)", "`x y`"}},
      {"a \"it's\" 'say \"hi\"'", {"a", "it's", "say \"hi\""}},
      {"a\\tb", {"a\tb"}},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(split_command(text), expected) << text;
}

TEST(CommandLine, RefusesWhatDoesNotMatch) {
  for (const char* text : {"a \"b", "a 'b", "a `b", "print(1)", "a )", "a $(b", "a \\"}) {
    EXPECT_FALSE(split_command(text)) << text;
  }
}

TEST(Paths, AreCleaned) {
  EXPECT_EQ(clean_path("/a/./b/../c//"), "/a/c");
  EXPECT_EQ(clean_path("/../a"), "/a");
  EXPECT_EQ(clean_path("a/.."), ".");
  EXPECT_EQ(clean_path("../a"), "../a");
  EXPECT_EQ(clean_path("/"), "/");
}

std::string duration(const std::string& text) {
  std::chrono::nanoseconds value{};
  const auto reading = read_duration(text, value);
  return reading ? go_duration(value) : "wrong: " + reading.wrong;
}

TEST(Durations, AreReadAndWrittenAsGoDoes) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"90s", "1m30s"},
      {"1.5s", "1.5s"},
      {"1500ms", "1.5s"},
      {"500ms", "500ms"},
      {"0", "0s"},
      {"1h", "1h0m0s"},
      {"1d2h", "26h0m0s"},
      {"1w", "168h0m0s"},
      {"2m", "2m0s"},
      {"10us", "10\u00b5s"},
      {"7ns", "7ns"},
      {"-1m", "-1m0s"},
      {"ten", "wrong: is not a duration"},
      {"5", "wrong: is a number without a unit"},
      {"5y", "wrong: has the unknown unit \"y\""},
      {"", "wrong: is not a duration"},
      {"99999999999999999999s", "wrong: is too long"},
      {"9999999999h", "wrong: is too long"}};
  for (const auto& [text, expected] : cases) EXPECT_EQ(duration(text), expected) << text;
}

TEST(Sizes, AreReadInPowersOf1024) {
  const std::vector<std::pair<const char*, std::int64_t>> cases{{"0", 0},
                                                                {"300", 300},
                                                                {"-1", -1},
                                                                {"64k", 65536},
                                                                {"1kb", 1024},
                                                                {"1.5g", 1610612736},
                                                                {"2 GiB", 2147483648},
                                                                {"300MB", 314572800},
                                                                {"10b", 10},
                                                                {"1t", 1099511627776}};
  for (const auto& [text, expected] : cases) {
    std::int64_t bytes = 0;
    EXPECT_TRUE(read_bytes(text, bytes)) << text;
    EXPECT_EQ(bytes, expected) << text;
  }
  for (const char* text :
       {"", "x", "12 parsecs", "1kk", "1gbb", "-1g", "1e400", "99999999999999g"}) {
    std::int64_t bytes = 0;
    EXPECT_FALSE(read_bytes(text, bytes)) << text;
  }
}

TEST(GoJson, WritesNumbersAndTextsAsGoDoes) {
  const auto value = nlohmann::ordered_json::parse(
      R"({"b": "<a> & \u2028 \"q\" \u0001\n", "a": [1e21, 1e20, 1.5e-7, 0.1, 5, null, true], "c": {}})");
  EXPECT_EQ(go_json(value), R"({"b":"\u003ca\u003e \u0026 \u2028 \"q\" \u0001\n",)"
                            R"("a":[1e+21,100000000000000000000,1.5e-7,0.1,5,null,true],"c":{}})");
  EXPECT_EQ(go_json(nlohmann::ordered_json::parse(R"({"a": [1], "b": []})"), 2),
            "{\n  \"a\": [\n    1\n  ],\n  \"b\": []\n}");
}

TEST(GoFormat, PrintsFloatsAsGoDoes) {
  EXPECT_EQ(go_float(0.5), "0.5");
  EXPECT_EQ(go_float(8), "8");
  EXPECT_EQ(go_float(1e6), "1e+06");
  EXPECT_EQ(go_float(123456), "123456");
  EXPECT_EQ(go_float(1e-5), "1e-05");
  EXPECT_EQ(go_float(-2.25), "-2.25");
  EXPECT_EQ(float32_json(0.1F).dump(), "0.1");
  EXPECT_EQ(float32_json(2).dump(), "2");
}

}  // namespace
}  // namespace aistack::compose
