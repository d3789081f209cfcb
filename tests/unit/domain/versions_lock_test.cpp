#include "domain/versions_lock.hpp"

#include <gmock/gmock.h>

#include "support/check.hpp"

namespace aistack::domain {
namespace {

using ::testing::HasSubstr;

const std::string kDigest = "sha256:" + std::string(64, 'a');

TEST(VersionsLock, ReadsTagsDigestsAndComments) {
  const auto lock =
      parse_versions_lock("v.lock",
                          "# all of them\n"
                          "ollama:ollama/ollama@" +
                              kDigest +
                              "\n\n"
                              "openwebui:ghcr.io/open-webui/open-webui:v0.1.0  # why\n"
                              "lab:registry:5000/a/b:1\n");
  ASSERT_OK(lock);
  EXPECT_EQ(lock.value().reference("ollama"), "ollama/ollama@" + kDigest);
  EXPECT_EQ(lock.value().reference("openwebui"), "ghcr.io/open-webui/open-webui:v0.1.0");
  EXPECT_EQ(lock.value().reference("lab"), "registry:5000/a/b:1");
  EXPECT_EQ(lock.value().reference("localai"), std::nullopt);
}

TEST(VersionsLock, NamesEveryMalformedLine) {
  const auto lock = parse_versions_lock("v.lock", "ollama\nx:y:1\nx:y:2\nA:b:1\nz:no-tag\n");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, ErrorCode::kBadVersionsLock);
  for (const auto* place : {"v.lock:1:", "v.lock:3:", "v.lock:4:", "v.lock:5:"})
    EXPECT_THAT(lock.error().why, HasSubstr(place));
}

TEST(VersionsLock, AnEditKeepsCommentsAndOtherLines) {
  EXPECT_EQ(edit_versions_lock("# mine\nollama:a:1  # old\nother:x:1", {{"ollama", "a:2"}}),
            "# mine\nollama:a:2\nother:x:1\n");
  EXPECT_EQ(edit_versions_lock("", {{"ollama", "a:2"}}), "ollama:a:2\n");
  EXPECT_EQ(edit_versions_lock("# ollama:a:1\n", {{"ollama", "a:2"}}),
            "# ollama:a:1\nollama:a:2\n");
}

TEST(VersionsLock, AnEditThatIsReadBackSaysTheSame) {
  const auto text = edit_versions_lock("b:x:1\n", {{"a", "y@" + kDigest}, {"b", "x:2"}});
  const auto lock = parse_versions_lock("v.lock", text);
  ASSERT_OK(lock);
  EXPECT_EQ(lock.value().reference("a"), "y@" + kDigest);
  EXPECT_EQ(lock.value().reference("b"), "x:2");
}

}  // namespace
}  // namespace aistack::domain
