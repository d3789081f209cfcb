#include "adapters/engine/registry_login.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// What `docker login` has left, read back.
namespace aistack::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kFile = "/home/ada/.docker/config.json";

LoginSource source_of(std::string text) {
  return {{{"HOME", "/home/ada"}},
          [text = std::move(text)](
              const std::filesystem::path& path) -> Result<std::optional<std::string>> {
            if (path != kFile) return std::nullopt;
            return std::optional{text};
          }};
}

RegistryLogin login_of(std::string text, std::string_view reference) {
  return find_login(source_of(std::move(text)), reference);
}

// Made with Python's base64.urlsafe_b64encode.
constexpr auto kAdaAtGhcr =
    "eyJwYXNzd29yZCI6InMzY3JldDp4Iiwic2VydmVyYWRkcmVzcyI6ImdoY3IuaW8iLCJ1c2VybmFtZSI6ImFkYSJ9";

TEST(RegistryLogin, IsFoundByTheRegistryOfTheImage) {
  const auto* const text = R"({"auths": {"ghcr.io": {"auth": "YWRhOnMzY3JldDp4"}}})";
  EXPECT_EQ(login_of(text, "ghcr.io/open-webui/open-webui:main").header, kAdaAtGhcr);
  EXPECT_EQ(login_of(text, "quay.io/x/y").header, "");
  EXPECT_EQ(login_of(text, "ollama/ollama").header, "");
}

TEST(RegistryLogin, NamesOfRegistriesAreReadAsDockerReadsThem) {
  EXPECT_EQ(registry_of("ollama/ollama:latest"), "docker.io");
  EXPECT_EQ(registry_of("ubuntu"), "docker.io");
  EXPECT_EQ(registry_of("ubuntu:22.04"), "docker.io");
  EXPECT_EQ(registry_of("docker.io/library/ubuntu"), "docker.io");
  EXPECT_EQ(registry_of("index.docker.io/library/ubuntu"), "docker.io");
  EXPECT_EQ(registry_of("localhost/x"), "localhost");
  EXPECT_EQ(registry_of("127.0.0.1:5000/x:1"), "127.0.0.1:5000");
  EXPECT_EQ(registry_of("ghcr.io/a/b@sha256:0"), "ghcr.io");
}

TEST(RegistryLogin, KeysMayBeAddresses) {
  for (const auto* key : {"https://ghcr.io", "http://ghcr.io/v2/", "ghcr.io/v1/"})
    EXPECT_EQ(
        login_of(std::string(R"({"auths": {")") + key + R"(": {"auth": "YWRhOnMzY3JldDp4"}}})",
                 "ghcr.io/a/b")
            .header,
        kAdaAtGhcr)
        << key;
  EXPECT_NE(
      login_of(R"({"auths": {"https://index.docker.io/v1/": {"auth": "YTpi"}}})", "ollama").header,
      "");
}

TEST(RegistryLogin, PlainNamesAndTokensCountToo) {
  EXPECT_EQ(login_of(R"({"auths": {"ghcr.io": {"username": "ada", "password": "s3cret:x"}}})",
                     "ghcr.io/a/b")
                .header,
            kAdaAtGhcr);
  EXPECT_NE(login_of(R"({"auths": {"ghcr.io": {"identitytoken": "t"}}})", "ghcr.io/a/b").header,
            "");
}

TEST(RegistryLogin, DockerConfigSaysWhereTheFileIs) {
  std::string asked;
  const LoginSource source{
      {{"HOME", "/home/ada"}, {"DOCKER_CONFIG", "/etc/docker-login"}},
      [&](const std::filesystem::path& path) -> Result<std::optional<std::string>> {
        asked = path.string();
        return std::nullopt;
      }};
  EXPECT_EQ(find_login(source, "ghcr.io/a/b").missing, "there is no /etc/docker-login/config.json");
  EXPECT_EQ(asked, "/etc/docker-login/config.json");
}

TEST(RegistryLogin, AHelperIsNamedAndNotRun) {
  const auto login =
      login_of(R"({"auths": {"ghcr.io": {}}, "credsStore": "pass"})", "ghcr.io/a/b:1");
  EXPECT_EQ(login.header, "");
  const auto error = explain_denied({ErrorCode::kRegistryDenied, "denied"}, login);
  EXPECT_THAT(error.why, HasSubstr("docker-credential-pass, which aistack does not run"));
  EXPECT_THAT(error.next, ElementsAre(HasSubstr("docker pull ghcr.io/a/b:1")));
  EXPECT_THAT(login_of(R"({"credHelpers": {"ghcr.io": "gcloud"}})", "ghcr.io/a/b").missing,
              HasSubstr("docker-credential-gcloud"));
  EXPECT_THAT(login_of(R"({"credHelpers": {"gcr.io": "gcloud"}})", "ghcr.io/a/b").missing,
              HasSubstr("has no login"));
}

TEST(RegistryLogin, ADeniedPullSaysWhichFileWasRead) {
  const auto login = login_of(R"({"auths": {}})", "ghcr.io/a/b");
  const auto error = explain_denied({ErrorCode::kRegistryDenied, "denied"}, login);
  EXPECT_EQ(error.why,
            "denied\nno login was sent: /home/ada/.docker/config.json has no login for it");
  EXPECT_THAT(error.next, ElementsAre(HasSubstr("docker login ghcr.io")));
}

TEST(RegistryLogin, ALoginThatWasRefusedIsNotShown) {
  const auto login =
      login_of(R"({"auths": {"ghcr.io": {"auth": "YWRhOnMzY3JldDp4"}}})", "ghcr.io/a/b");
  const auto error = explain_denied({ErrorCode::kRegistryDenied, "denied"}, login);
  EXPECT_THAT(error.why, HasSubstr("the login for ghcr.io was sent"));
  EXPECT_THAT(error.why, Not(HasSubstr("s3cret")));
  EXPECT_THAT(error.why, Not(HasSubstr("ada")));
}

TEST(RegistryLogin, OtherErrorsStayAsTheyAre) {
  const auto error = explain_denied({ErrorCode::kImageNotFound, "no such tag"}, {});
  EXPECT_EQ(error.why, "no such tag");
  EXPECT_TRUE(error.next.empty());
}

TEST(RegistryLogin, AMalformedFileIsNamedWithoutItsText) {
  for (const auto* text :
       {"{\"auths\": {\"ghcr.io\": {\"auth\": \"c2VjcmV0", "secret", "", "[1]",
        R"({"auths": [1, 2], "credsStore": 5})", R"({"auths": {"ghcr.io": {"auth": "***"}}})",
        R"({"auths": {"ghcr.io": "x"}})"}) {
    const auto login = login_of(text, "ghcr.io/a/b");
    EXPECT_EQ(login.header, "") << text;
    EXPECT_THAT(login.missing, HasSubstr(kFile)) << text;
    EXPECT_THAT(login.missing, Not(HasSubstr("c2Vj"))) << text;
  }
}

TEST(RegistryLogin, AFileThatMayNotBeReadIsNamed) {
  const LoginSource source{{{"HOME", "/home/ada"}},
                           [](const std::filesystem::path&) -> Result<std::optional<std::string>> {
                             return Error{ErrorCode::kPermission, "config.json: EACCES"};
                           }};
  EXPECT_EQ(find_login(source, "ghcr.io/a/b").missing, "config.json: EACCES");
}

}  // namespace
}  // namespace aistack::engine
