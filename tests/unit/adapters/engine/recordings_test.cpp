#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "adapters/engine/engine.hpp"
#include "support/check.hpp"
#include "support/run.hpp"
#include "support/socket_server.hpp"

// What three real engines answered, replayed to the adapter: it must read the same facts out of all
// of them, and every error must have the same code.
namespace aistack::engine {
namespace {

using nlohmann::json;
using ports::ContainerState;
using std::chrono::seconds;
using testing::SocketServer;

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

std::string body_of(const json& entry) {
  if (entry.contains("body_hex")) return from_hex(entry["body_hex"]);
  return entry.value("body", "");
}

// Seven bytes a chunk, so that every line and frame is cut somewhere.
std::string chunked(const std::string& body) {
  std::string framed;
  for (std::size_t i = 0; i < body.size(); i += 7) {
    const auto piece = body.substr(i, 7);
    framed += std::to_string(piece.size()) + "\r\n" + piece + "\r\n";
  }
  return framed + "0\r\n\r\n";
}

std::string path_only(const std::string& target) {
  auto path = target.substr(0, target.find('?'));
  if (path.starts_with("/v1.")) path.erase(0, path.find('/', 1));
  return path;
}

class Recording : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::ifstream file(std::string(TESTS_DIR "/data/engine/") + GetParam());
    recording_ = json::parse(file);
    server_ = std::make_unique<SocketServer>(
        [this](const SocketServer::Request& request) { return answer(request); });
    EngineOptions options;
    options.endpoint = server_->endpoint();
    auto made = make_engine(io_.get_executor(), options);
    ASSERT_OK(made);
    engine_ = std::move(made.value());
  }

  // The entry of this name; the last one where several have it.
  const json& entry(const std::string& name) {
    for (const auto& each : recording_)
      if (each["name"] == name) return each;
    throw std::runtime_error("no entry " + name);
  }

  // Runs `task` while the server answers with these entries, in this order.
  template <class T>
  Result<T> replay(std::deque<std::string> names, Task<T> task) {
    expected_ = std::move(names);
    auto result = testing::run(io_, std::move(task), seconds(10));
    EXPECT_TRUE(expected_.empty()) << "was not asked for: " << expected_.front();
    return result;
  }

  std::string id_in(const std::string& name) { return json::parse(body_of(entry(name)))["Id"]; }

  boost::asio::io_context io_;
  std::unique_ptr<ports::ContainerEngine> engine_;

 private:
  SocketServer::Answer answer(const SocketServer::Request& request) {
    if (request.target == "/_ping") return {testing::pong(newest())};
    if (request.target == "/version") return {http_answer(200, version_text())};
    if (expected_.empty()) return {testing::http_answer(500, "{\"message\":\"unexpected call\"}")};
    const auto& recorded = entry(expected_.front());
    expected_.pop_front();
    const std::string line = recorded["request"];
    const auto space = line.find(' ');
    auto wanted = path_only(line.substr(space + 1));
    if (wanted.starts_with("/exec/")) wanted = path_only(request.target);  // ids differ
    if (request.method != line.substr(0, space) || path_only(request.target) != wanted)
      return {testing::http_answer(500, "{\"message\":\"asked " + request.method + " " +
                                            request.target + " instead of " + line + "\"}")};
    const int status = recorded["status"];
    if (status == 204 || status == 304)
      return {"HTTP/1.1 " + std::to_string(status) + " X\r\n\r\n"};
    const json headers = recorded.value("headers", json::object());
    std::string head = "HTTP/1.1 " + std::to_string(status) + " X\r\n";
    if (headers.contains("Content-Type"))
      head += "Content-Type: " + headers["Content-Type"].get<std::string>() + "\r\n";
    const auto body = body_of(recorded);
    if (headers.contains("Transfer-Encoding") || !recorded.contains("headers"))
      return {head + "Transfer-Encoding: chunked\r\n\r\n" + chunked(body)};
    if (wanted.starts_with("/exec/") && wanted.ends_with("/start"))
      return {head + "\r\n" + body, SocketServer::Answer::Then::close};
    return {head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
  }

  static std::string http_answer(int status, const std::string& body) {
    return testing::http_answer(status, body);
  }

  // The engine of the third recording speaks more than was spoken with it.
  static std::string newest() {
    const std::string file = GetParam();
    return file.substr(file.find("api-") + 4, 4);
  }
  std::string version_text() {
    auto version = json::parse(body_of(entry("version")));
    version["ApiVersion"] = newest();
    return version.dump();
  }

  json recording_;
  std::unique_ptr<SocketServer> server_;
  std::deque<std::string> expected_;
};

INSTANTIATE_TEST_SUITE_P(Engines, Recording,
                         ::testing::Values("engine-20.10-api-1.41.json",
                                           "engine-2026-api-1.41.json",
                                           "engine-2026-api-1.56.json"),
                         [](const auto& file) {
                           std::string name = file.param;
                           std::replace_if(
                               name.begin(), name.end(),
                               [](char c) { return c == '-' || c == '.'; }, '_');
                           return name;
                         });

TEST_P(Recording, EngineItself) {
  const auto version = replay({}, engine_->version());
  ASSERT_OK(version);
  EXPECT_EQ(version.value().product, "docker");
  EXPECT_FALSE(version.value().version.empty());
  EXPECT_EQ(version.value().os, "linux");
  EXPECT_EQ(version.value().architecture, "amd64");
  const auto info = replay({"info"}, engine_->info());
  ASSERT_OK(info);
  EXPECT_EQ(info.value().name, "gpu-box");
  EXPECT_EQ(info.value().root_directory, "/var/lib/docker");
  EXPECT_TRUE(info.value().storage_driver.starts_with("overlay"));
  EXPECT_EQ(info.value().cgroup_driver, "cgroupfs");
  EXPECT_EQ(info.value().cgroup_version, "1");
  EXPECT_EQ(info.value().cpus, 2);
  EXPECT_EQ(info.value().memory_bytes, 25276502016U);
  EXPECT_EQ(std::count(info.value().runtimes.begin(), info.value().runtimes.end(), "runc"), 1);
  EXPECT_FALSE(info.value().gpu);
  EXPECT_FALSE(info.value().rootless);
  EXPECT_ERROR(replay({"api too new"}, engine_->info()), ErrorCode::kEngineTooOld);
}

TEST_P(Recording, Pulls) {
  using Phase = ports::PullProgress::Phase;
  std::set<std::string> layers;
  std::vector<Phase> phases;
  std::uint64_t most = 0;
  const auto note = [&](const ports::PullProgress& line) {
    if (line.layer.empty()) return;
    layers.insert(line.layer);
    phases.push_back(line.phase);
    most = std::max(most, line.total_bytes.value_or(0));
  };
  const std::string image = "127.0.0.1:5000/svc:stable";
  ASSERT_OK(replay({"pull"}, engine_->pull_image(image, note)));
  EXPECT_EQ(layers, std::set<std::string>{"46f610b644e7"});
  EXPECT_EQ(phases.front(), Phase::waiting);
  EXPECT_EQ(std::count(phases.begin(), phases.end(), Phase::downloaded), 1);
  EXPECT_EQ(std::count(phases.begin(), phases.end(), Phase::done), 1);
  EXPECT_EQ(std::count(phases.begin(), phases.end(), Phase::other), 0);
  EXPECT_TRUE(most == 0 || most == 393323) << most;

  layers.clear();
  ASSERT_OK(replay({"pull, nothing new"}, engine_->pull_image(image, note)));
  EXPECT_TRUE(layers.empty());

  EXPECT_ERROR(replay({"pull, unknown tag"}, engine_->pull_image("127.0.0.1:5000/svc:none", note)),
               ErrorCode::kImageNotFound);
  EXPECT_ERROR(
      replay({"pull, unknown repository"}, engine_->pull_image("127.0.0.1:5000/nope:1", note)),
      ErrorCode::kImageNotFound);
  EXPECT_ERROR(replay({"pull, registry down"}, engine_->pull_image("127.0.0.1:5999/x:1", note)),
               ErrorCode::kRegistryUnreachable);
}

TEST_P(Recording, Images) {
  const std::string reference = "127.0.0.1:5000/svc:stable";
  const auto found = replay({"image inspect"}, engine_->inspect_image(reference));
  ASSERT_OK(found);
  ASSERT_TRUE(found.value());
  const auto& image = *found.value();
  EXPECT_TRUE(image.id.starts_with("sha256:"));
  EXPECT_EQ(image.tags, std::vector{reference});
  EXPECT_EQ(image.digests,
            std::vector<std::string>{"127.0.0.1:5000/svc@sha256:"
                                     "a40f9ddb68b3985e822375655b5542b3b5a03aee72c6de763d26acf6ee5d"
                                     "d963"});
  EXPECT_EQ(image.os, "linux");
  EXPECT_EQ(image.architecture, "amd64");
  EXPECT_GT(image.size_bytes, 0U);
  EXPECT_EQ(to_iso8601(image.created.value()), "2026-11-23T21:34:15Z");
  EXPECT_TRUE(image.exposed_ports.empty());
  EXPECT_TRUE(image.volumes.empty());
  EXPECT_FALSE(image.has_healthcheck);

  const auto absent = replay({"image inspect, unknown"}, engine_->inspect_image("nope:1"));
  ASSERT_OK(absent);
  EXPECT_FALSE(absent.value());
  const auto list = replay({"images"}, engine_->list_images());
  ASSERT_OK(list);
  EXPECT_TRUE(std::any_of(list.value().begin(), list.value().end(), [&](const auto& row) {
    return row.id == image.id && row.tags == image.tags && row.digests == image.digests;
  }));
  EXPECT_ERROR(replay({"remove image in use"}, engine_->remove_image(reference)),
               ErrorCode::kConflict);
}

TEST_P(Recording, Networks) {
  const domain::NetworkSpec spec{.name = "rec-net", .options = {{"Labels", {{"a", "b"}}}}};
  const auto id = replay({"network create"}, engine_->create_network(spec));
  ASSERT_OK(id);
  EXPECT_EQ(id.value(), id_in("network create"));
  EXPECT_ERROR(replay({"network create again"}, engine_->create_network(spec)),
               ErrorCode::kNameInUse);
  const auto found = replay({"network inspect"}, engine_->inspect_network("rec-net"));
  ASSERT_OK(found);
  ASSERT_TRUE(found.value());
  EXPECT_EQ(found.value()->id, id.value());
  EXPECT_EQ(found.value()->name, "rec-net");
  EXPECT_EQ(found.value()->driver, "bridge");
  EXPECT_EQ(found.value()->labels, (std::map<std::string, std::string>{{"a", "b"}}));
  const auto absent = replay({"network unknown"}, engine_->inspect_network("nope-net"));
  ASSERT_OK(absent);
  EXPECT_FALSE(absent.value());
  EXPECT_ERROR(replay({"remove network in use"}, engine_->remove_network("rec-net")),
               ErrorCode::kConflict);
  ASSERT_OK(replay({"disconnect"}, engine_->disconnect_network("rec-net", "rec-b")));
  const domain::NetworkAttachment attachment{.network = "rec-net"};
  ASSERT_OK(replay({"connect"}, engine_->connect_network(attachment, "rec-b")));
  ASSERT_OK(replay({"remove network"}, engine_->remove_network("rec-net")));
}

TEST_P(Recording, Volumes) {
  const domain::VolumeSpec spec{.name = "rec-vol", .options = {{"Labels", {{"a", "b"}}}}};
  ASSERT_OK(replay({"volume create"}, engine_->create_volume(spec)));
  const auto found = replay({"volume inspect"}, engine_->inspect_volume("rec-vol"));
  ASSERT_OK(found);
  ASSERT_TRUE(found.value());
  EXPECT_EQ(found.value()->name, "rec-vol");
  EXPECT_EQ(found.value()->driver, "local");
  EXPECT_EQ(found.value()->mountpoint, "/var/lib/docker/volumes/rec-vol/_data");
  EXPECT_EQ(found.value()->labels, (std::map<std::string, std::string>{{"a", "b"}}));
  EXPECT_TRUE(found.value()->options.empty());
  const auto absent = replay({"volume unknown"}, engine_->inspect_volume("nope-vol"));
  ASSERT_OK(absent);
  EXPECT_FALSE(absent.value());
  EXPECT_ERROR(replay({"remove volume in use"}, engine_->remove_volume("rec-vol")),
               ErrorCode::kVolumeInUse);
  ASSERT_OK(replay({"remove volume"}, engine_->remove_volume("rec-vol")));
  ASSERT_OK(replay({"remove volume, unknown"}, engine_->remove_volume("rec-vol")));
}

TEST_P(Recording, Creation) {
  domain::ContainerSpec spec;
  spec.config = {{"Image", "127.0.0.1:5000/svc:stable"}};
  spec.name = "rec-a";
  const auto id = replay({"create"}, engine_->create_container(spec));
  ASSERT_OK(id);
  EXPECT_EQ(id.value(), id_in("create"));
  const std::vector<std::pair<const char*, ErrorCode>> refusals{
      {"create, name taken", ErrorCode::kNameInUse},
      {"create, image unknown", ErrorCode::kImageNotFound},
      {"create, bad name", ErrorCode::kBadContainerSpec},
      {"create, bad field", ErrorCode::kBadContainerSpec},
  };
  for (const auto& [name, code] : refusals)
    EXPECT_ERROR(replay({name}, engine_->create_container(spec)), code);
}

TEST_P(Recording, Starts) {
  ASSERT_OK(replay({"start"}, engine_->start_container("rec-a")));
  ASSERT_OK(replay({"start again"}, engine_->start_container("rec-a")));
  const std::vector<std::tuple<const char*, const char*, ErrorCode>> failures{
      {"rec-b", "start, port taken by a container", ErrorCode::kPortInUse},
      {"rec-b", "start, port taken by a process", ErrorCode::kPortInUse},
      {"rec-b", "start, no GPU", ErrorCode::kGpuUnavailable},
      {"rec-b", "start, network unknown", ErrorCode::kNetworkNotFound},
      {"rec-b", "start on it", ErrorCode::kBadContainerSpec},
      {"rec-ill", "start, no such program", ErrorCode::kBadContainerSpec},
  };
  for (const auto& [container, name, code] : failures) {
    const auto failed = replay({name}, engine_->start_container(container));
    EXPECT_ERROR(failed, code);
    EXPECT_EQ(failed.error().why, json::parse(body_of(entry(name)))["message"]);
  }
}

TEST_P(Recording, ContainersAsTheyChange) {
  const auto look = [&](const std::string& name, const std::string& container) {
    auto found = replay({name}, engine_->inspect_container(container));
    EXPECT_TRUE(found && found.value());
    return found && found.value() ? *found.value() : ports::ContainerDetails{};
  };
  auto details = look("inspect, created", "rec-a");
  EXPECT_EQ(details.id, id_in("create"));
  EXPECT_EQ(details.name, "rec-a");
  EXPECT_EQ(details.image, "127.0.0.1:5000/svc:stable");
  EXPECT_EQ(details.state, ContainerState::created);
  EXPECT_FALSE(details.started || details.finished || details.health);
  EXPECT_TRUE(details.ports.empty());
  EXPECT_EQ(details.labels, (std::map<std::string, std::string>{{"x", "y"}}));
  EXPECT_EQ(std::count(details.environment.begin(), details.environment.end(), "MARK=v1"), 1);
  EXPECT_FALSE(details.tty);
  ASSERT_EQ(details.mounts.size(), 1U);
  EXPECT_EQ(details.mounts[0].type, "volume");
  EXPECT_EQ(details.mounts[0].name, "rec-vol");
  EXPECT_EQ(details.mounts[0].destination, "/data");
  EXPECT_TRUE(details.mounts[0].writable);

  details = look("inspect, running", "rec-a");
  EXPECT_EQ(details.state, ContainerState::running);
  EXPECT_TRUE(details.started);
  EXPECT_FALSE(details.finished);
  EXPECT_GT(details.pid, 0);
  ASSERT_EQ(details.ports.size(), 1U);
  EXPECT_EQ(details.ports[0].host_ip, "127.0.0.1");
  EXPECT_EQ(details.ports[0].host_port, 18080);
  EXPECT_EQ(details.ports[0].container_port, 8080);
  ASSERT_EQ(details.networks.size(), 1U);
  EXPECT_TRUE(details.networks.at("rec-net").ends_with(".2")) << details.networks.at("rec-net");

  details = look("inspect, failed start", "rec-b");
  EXPECT_EQ(details.state, ContainerState::created);
  EXPECT_EQ(details.exit_code, 128);
  EXPECT_NE(details.error.find("port is already allocated"), std::string::npos);
  EXPECT_FALSE(details.started);

  details = look("inspect, no such program", "rec-ill");
  EXPECT_EQ(details.state, ContainerState::created);
  EXPECT_EQ(details.exit_code, 127);
  EXPECT_NE(details.error.find("/nope"), std::string::npos);

  details = look("inspect, killed", "rec-tty");
  EXPECT_EQ(details.state, ContainerState::exited);
  EXPECT_EQ(details.exit_code, 137);
  EXPECT_TRUE(details.tty && details.started && details.finished);
  EXPECT_FALSE(details.out_of_memory);

  details = look("inspect, stopped", "rec-b");
  EXPECT_EQ(details.state, ContainerState::exited);
  EXPECT_EQ(details.exit_code, 0);
  EXPECT_EQ(details.name, "rec-b");
}

TEST_P(Recording, Lists) {
  for (const std::string name : {"list", "list by label"}) {
    const auto list = replay({name}, engine_->list_containers({}));
    ASSERT_OK(list);
    ASSERT_EQ(list.value().size(), 1U);
    const auto& row = list.value()[0];
    EXPECT_EQ(row.id, id_in("create"));
    EXPECT_EQ(row.name, "rec-a");
    EXPECT_EQ(row.image, "127.0.0.1:5000/svc:stable");
    EXPECT_EQ(row.image_id, json::parse(body_of(entry("inspect, running")))["Image"]);
    EXPECT_EQ(row.state, ContainerState::running);
    EXPECT_EQ(row.status, "Up 1 second");
    EXPECT_EQ(row.labels, (std::map<std::string, std::string>{{"x", "y"}}));
    ASSERT_EQ(row.ports.size(), 1U);
    EXPECT_EQ(row.ports[0].host_port, 18080);
    EXPECT_EQ(row.networks.size(), 1U);
    EXPECT_TRUE(row.networks.at("rec-net").ends_with(".2"));
  }
  const auto paused = replay({"list, paused"}, engine_->list_containers({}));
  ASSERT_OK(paused);
  EXPECT_EQ(paused.value()[0].state, ContainerState::paused);
}

TEST_P(Recording, Logs) {
  std::vector<ports::LogLine> lines;
  const auto keep = [&](ports::LogLine line) -> Result<> {
    lines.push_back(std::move(line));
    return ok();
  };
  // Where the answer does not tell the format, the container is asked.
  const bool old_api = std::string_view(GetParam()).ends_with("1.41.json");
  std::deque<std::string> names{"logs"};
  if (old_api) names.push_back("inspect, running");
  ASSERT_OK(replay(names, engine_->logs("rec-a", {}, keep)));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].text, "starting v1");
  EXPECT_EQ(lines[1].text, "listening");
  for (const auto& line : lines) {
    EXPECT_EQ(line.stream, ports::LogLine::Stream::out);
    EXPECT_TRUE(line.time);
  }
  lines.clear();
  names = {"logs, tty"};
  if (old_api) names.push_back("inspect, killed");
  ASSERT_OK(replay(names, engine_->logs("rec-tty", {}, keep)));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].text, "starting v1");
  EXPECT_EQ(lines[1].text, "listening");
}

TEST_P(Recording, CommandThatDoesNotExist) {
  const std::vector<std::string> command{"/fakesvc-not-there"};
  const auto result = replay({"exec create", "exec start, no such program", "exec inspect"},
                             engine_->exec("rec-a", command));
  ASSERT_OK(result);
  EXPECT_EQ(result.value().exit_code, 127);
  EXPECT_NE(result.value().output.find("OCI runtime exec failed"), std::string::npos);
}

TEST_P(Recording, Stats) {
  const auto stats = replay({"stats, once"}, engine_->container_stats("rec-a"));
  ASSERT_OK(stats);
  EXPECT_GT(stats.value().cpu_total_ns, 1'000'000U);
  EXPECT_GT(stats.value().memory_bytes, 0U);
  EXPECT_LT(stats.value().memory_bytes, 10'000'000U);
  EXPECT_EQ(stats.value().memory_limit_bytes, 25276502016U);
  EXPECT_GT(stats.value().network_received_bytes, 0U);
}

TEST_P(Recording, RestOfALife) {
  const ports::RemoveOptions force{.force = true};
  ASSERT_OK(replay({"remove b"}, engine_->remove_container("rec-b", {})));
  ASSERT_OK(replay({"kill"}, engine_->kill_container("rec-tty", "KILL")));
  const auto code = replay({"wait"}, engine_->wait_container("rec-tty"));
  ASSERT_OK(code);
  EXPECT_EQ(code.value(), 137);
  ASSERT_OK(replay({"rename"}, engine_->rename_container("rec-a", "rec-b")));
  EXPECT_ERROR(replay({"remove while running"}, engine_->remove_container("rec-b", {})),
               ErrorCode::kConflict);
  ASSERT_OK(replay({"stop"}, engine_->stop_container("rec-b", seconds(2))));
  ASSERT_OK(replay({"stop again"}, engine_->stop_container("rec-b", seconds(2))));
  ASSERT_OK(replay({"pause"}, engine_->pause_container("rec-b")));
  ASSERT_OK(replay({"unpause"}, engine_->unpause_container("rec-b")));
  ASSERT_OK(replay({"remove, forced"}, engine_->remove_container("rec-b", force)));
  ASSERT_OK(replay({"remove, unknown"}, engine_->remove_container("rec-b", {})));
  EXPECT_ERROR(replay({"stop, unknown"}, engine_->stop_container("rec-b", seconds(2))),
               ErrorCode::kNotFound);
}

TEST_P(Recording, Events) {
  std::vector<ports::EngineEvent> events;
  const auto ended = replay({"events of all that"},
                            engine_->events({}, {}, [&](ports::EngineEvent event) -> Result<> {
                              events.push_back(std::move(event));
                              return ok();
                            }));
  EXPECT_ERROR(ended, ErrorCode::kEngineUnreachable);
  std::vector<std::string> of_rec_tty;
  for (const auto& event : events) {
    EXPECT_FALSE(event.type.empty() || event.action.empty() || event.id.empty());
    EXPECT_EQ(to_iso8601(event.time).substr(0, 14), "2026-11-23T22:");
    if (event.type == "container" && event.name == "rec-tty") of_rec_tty.push_back(event.action);
  }
  EXPECT_EQ(of_rec_tty, (std::vector<std::string>{"create", "start", "kill", "die", "destroy"}));
  const auto find = [&](const std::string& action) {
    return *std::find_if(events.begin(), events.end(), [&](const auto& event) {
      return event.action == action && event.type == "container";
    });
  };
  EXPECT_EQ(find("die").attributes.at("exitCode"), "137");
  EXPECT_TRUE(find("exec_create").detail.starts_with("/fakesvc-not-there"));
  EXPECT_EQ(find("create").attributes.at("x"), "y");
  EXPECT_EQ(find("create").attributes.at("image"), "127.0.0.1:5000/svc:stable");
}

}  // namespace
}  // namespace aistack::engine
