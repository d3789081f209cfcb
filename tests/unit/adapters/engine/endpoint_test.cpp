#include "adapters/engine/endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/check.hpp"
#include "support/temporary_directory.hpp"

namespace aistack::engine {
namespace {

class Endpoint : public ::testing::Test {
 protected:
  void touch(const std::string& path) {
    const auto file = query_.root / path.substr(1);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << "";
  }
  std::string find() {
    const auto found = find_endpoint(query_);
    return found ? found.value() : "error: " + found.error().why;
  }

  testing::TemporaryDirectory temporary_;
  EndpointQuery query_{.root = temporary_.path()};
};

TEST_F(Endpoint, IsTheConfiguredOneFirst) {
  query_.configured = "/srv/engine.sock";
  query_.environment["DOCKER_HOST"] = "tcp://other:2375";
  EXPECT_EQ(find(), "unix:///srv/engine.sock");
  query_.configured.clear();
  EXPECT_EQ(find(), "tcp://other:2375");
}

TEST_F(Endpoint, IsTheFirstUsualPlaceThatExists) {
  query_.environment["XDG_RUNTIME_DIR"] = "/run/user/1000";
  query_.environment["HOME"] = "/home/me";
  EXPECT_EQ(find(), "unix:///var/run/docker.sock");
  touch("/run/user/1000/podman/podman.sock");
  EXPECT_EQ(find(), "unix:///run/user/1000/podman/podman.sock");
  touch("/run/podman/podman.sock");
  EXPECT_EQ(find(), "unix:///run/podman/podman.sock");
  touch("/home/me/.docker/run/docker.sock");
  EXPECT_EQ(find(), "unix:///home/me/.docker/run/docker.sock");
  touch("/run/user/1000/docker.sock");
  EXPECT_EQ(find(), "unix:///run/user/1000/docker.sock");
  touch("/run/docker.sock");
  EXPECT_EQ(find(), "unix:///run/docker.sock");
  touch("/var/run/docker.sock");
  EXPECT_EQ(find(), "unix:///var/run/docker.sock");
}

TEST_F(Endpoint, IsTheChosenRuntimes) {
  touch("/var/run/docker.sock");
  query_.runtime = "podman";
  EXPECT_EQ(find(), "unix:///run/podman/podman.sock");
  query_.runtime = "docker";
  touch("/run/podman/podman.sock");
  EXPECT_EQ(find(), "unix:///var/run/docker.sock");
}

TEST_F(Endpoint, IsRefusedWhereItIsNotSupported) {
  for (const auto* endpoint :
       {"ssh://root@host", "https://host:2376", "fd://", "host:2375", "unix://relative", "tcp://",
        "tcp://host:0", "tcp://host:99999", "tcp://host:23x", "tcp://host/path"}) {
    const auto parsed = parse_endpoint(endpoint);
    EXPECT_ERROR(parsed, ErrorCode::kBadConfig);
    EXPECT_THAT(parsed.error().why, ::testing::HasSubstr("tcp://host:port without TLS"));
  }
  query_.environment = {{"DOCKER_HOST", "tcp://host:2376"}, {"DOCKER_TLS_VERIFY", "1"}};
  EXPECT_ERROR(find_endpoint(query_), ErrorCode::kBadConfig);
}

TEST_F(Endpoint, IsTakenApart) {
  EXPECT_EQ(parse_endpoint("unix:///a/b.sock").value().path, "/a/b.sock");
  auto address = parse_endpoint("tcp://10.0.0.5").value();
  EXPECT_EQ(address.host, "10.0.0.5");
  EXPECT_EQ(address.port, 2375);
  address = parse_endpoint("tcp://[::1]:2400/").value();
  EXPECT_EQ(address.host, "::1");
  EXPECT_EQ(address.port, 2400);
  EXPECT_EQ(parse_endpoint("http://box:80").value().port, 80);
}

}  // namespace
}  // namespace aistack::engine
