#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/when_all.hpp"
#include "engine_fixture.hpp"

// The life of a container.
namespace aistack::testing {
namespace {

using ports::ContainerState;
using std::chrono::seconds;

nlohmann::json publish(int port) {
  nlohmann::json bindings = {
      {"8080/tcp", {{{"HostIp", "127.0.0.1"}, {"HostPort", std::to_string(port)}}}}};
  return {{"PortBindings", bindings}};
}

// A process that listens on a port.
class Listener {
 public:
  explicit Listener(int port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    address.sin_port = ::htons(static_cast<std::uint16_t>(port));
    if (::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(descriptor_, 1) != 0)
      throw std::runtime_error("cannot listen");
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(descriptor_); }

 private:
  int descriptor_;
};

TEST_P(EngineContract, NegotiatesAVersion) {
  const auto version = run(engine_->version());
  ASSERT_OK(version);
  EXPECT_EQ(version.value().product, is_podman() ? "podman" : "docker");
  EXPECT_FALSE(version.value().version.empty());
  EXPECT_GE(version.value().spoken, (ports::ApiVersion{1, 41}));
  EXPECT_GE(version.value().newest, version.value().spoken);
  EXPECT_EQ(version.value().os, "linux");
}

TEST_P(EngineContract, DescribesItsMachine) {
  const auto info = run(engine_->info());
  ASSERT_OK(info);
  EXPECT_GT(info.value().cpus, 0);
  EXPECT_GT(info.value().memory_bytes, 0U);
  EXPECT_FALSE(info.value().storage_driver.empty());
  EXPECT_FALSE(info.value().gpu);
  EXPECT_FALSE(info.value().rootless);
}

TEST_P(EngineContract, FindsNothingWhereNothingIs) {
  for (const std::string absent : {"contract-absent", "../info", "-x", ""}) {
    const auto details = run(engine_->inspect_container(absent));
    ASSERT_OK(details);
    EXPECT_FALSE(details.value()) << absent;
  }
  EXPECT_ERROR(run(engine_->inspect_container_text("contract-absent")), ErrorCode::kNotFound);
  EXPECT_ERROR(run(engine_->start_container("contract-absent")), ErrorCode::kNotFound);
  EXPECT_ERROR(run(engine_->stop_container("contract-absent", seconds(1))), ErrorCode::kNotFound);
  EXPECT_ERROR(run(engine_->rename_container("contract-absent", "contract-b")),
               ErrorCode::kNotFound);
  EXPECT_ERROR(run(engine_->wait_container("contract-absent")), ErrorCode::kNotFound);
  ASSERT_OK(run(engine_->remove_container("contract-absent", {})));
}

TEST_P(EngineContract, TakesAContainerThroughItsLife) {
  const auto container = name("life");
  const auto id = create(spec(container));
  auto details = inspect(container);
  EXPECT_EQ(details.id, id);
  EXPECT_EQ(details.name, container);
  EXPECT_EQ(details.image, image_);
  EXPECT_EQ(details.state, ContainerState::created);
  EXPECT_FALSE(details.started);
  EXPECT_EQ(details.labels["contract"], container);

  ASSERT_OK(run(engine_->start_container(container)));
  ASSERT_OK(run(engine_->start_container(container)));  // running already
  details = inspect(id);
  EXPECT_EQ(details.state, ContainerState::running);
  EXPECT_TRUE(details.started);
  EXPECT_FALSE(details.finished);
  EXPECT_GT(details.pid, 0);

  // From its first word on it ends well when it is told to.
  run_until([&] {
    bool spoke = false;
    const auto hear = [&spoke](ports::LogLine) -> Result<> {
      spoke = true;
      return ok();
    };
    EXPECT_TRUE(run(engine_->logs(container, {}, hear)));
    return spoke;
  });
  ASSERT_OK(run(engine_->stop_container(container, seconds(5))));
  ASSERT_OK(run(engine_->stop_container(container, std::nullopt)));  // stopped already
  details = inspect(container);
  EXPECT_EQ(details.state, ContainerState::exited);
  EXPECT_EQ(details.exit_code, 0);
  EXPECT_TRUE(details.finished);
  EXPECT_EQ(details.pid, 0);

  ASSERT_OK(run(engine_->remove_container(container, {})));
  ASSERT_OK(run(engine_->remove_container(container, {})));
  const auto gone = run(engine_->inspect_container(container));
  ASSERT_OK(gone);
  EXPECT_FALSE(gone.value());
}

TEST_P(EngineContract, ListsByLabelAndState) {
  const auto running = start("running");
  const auto stopped = name("stopped");
  create(spec(stopped));
  const auto names_for = [&](ports::ContainerQuery query) {
    std::vector<std::string> found;
    const auto list = run(engine_->list_containers(std::move(query)));
    EXPECT_TRUE(list);
    if (list)
      for (const auto& row : list.value()) found.push_back(row.name);
    return found;
  };
  EXPECT_EQ(names_for({.labels = {{"contract", running}}}), std::vector{running});
  EXPECT_EQ(names_for({.labels = {{"contract", stopped}}}), std::vector{stopped});
  EXPECT_TRUE(names_for({.all = false, .labels = {{"contract", stopped}}}).empty());
  const auto both = names_for({.labels = {{"contract", ""}}});
  EXPECT_TRUE(std::count(both.begin(), both.end(), running) == 1 &&
              std::count(both.begin(), both.end(), stopped) == 1);
  EXPECT_TRUE(names_for({.labels = {{"no-such-label", ""}}}).empty());
}

TEST_P(EngineContract, ARowOfTheListHoldsWhatStatusNeeds) {
  const auto port = free_port();
  const auto container = name("row");
  auto wanted = spec(container);
  wanted.host_config = publish(port);
  const auto id = create(wanted);
  ASSERT_OK(run(engine_->start_container(container)));
  const ports::ContainerQuery query{.labels = {{"contract", container}}};
  const auto list = run(engine_->list_containers(query));
  ASSERT_OK(list);
  ASSERT_EQ(list.value().size(), 1U);
  const auto& row = list.value()[0];
  EXPECT_EQ(row.id, id);
  EXPECT_EQ(row.image, image_);
  EXPECT_EQ(row.state, ContainerState::running);
  EXPECT_TRUE(row.status.starts_with("Up ")) << row.status;
  EXPECT_EQ(row.image_id, inspect(id).image_id);
  ASSERT_EQ(row.ports.size(), 1U);
  EXPECT_EQ(row.ports[0].host_ip, "127.0.0.1");
  EXPECT_EQ(row.ports[0].host_port, port);
  EXPECT_EQ(row.ports[0].container_port, 8080);
  EXPECT_EQ(row.ports[0].protocol, "tcp");
  ASSERT_EQ(row.networks.size(), 1U);
  EXPECT_FALSE(row.networks.begin()->second.empty());
  const auto ports = inspect(id).ports;
  ASSERT_EQ(ports.size(), 1U);
  EXPECT_EQ(ports[0].host_port, port);
}

TEST_P(EngineContract, RefusesToCreateWithoutImageOrFreeName) {
  const auto container = name("refused");
  auto wanted = spec(container);
  wanted.config["Image"] = registry_ + "/no-such-image:1";
  EXPECT_ERROR(run(engine_->create_container(wanted)), ErrorCode::kImageNotFound);
  const auto left = run(engine_->inspect_container(container));
  ASSERT_OK(left);
  EXPECT_FALSE(left.value());

  create(spec(container));
  EXPECT_ERROR(run(engine_->create_container(spec(container))), ErrorCode::kNameInUse);
}

TEST_P(EngineContract, RefusesABadDescription) {
  auto wanted = spec(name("bad"));
  wanted.host_config["RestartPolicy"] = {{"Name", "sometimes"}};
  EXPECT_ERROR(run(engine_->create_container(wanted)), ErrorCode::kBadContainerSpec);
  wanted = spec("-x");
  EXPECT_ERROR(run(engine_->create_container(wanted)), ErrorCode::kBadContainerSpec);
}

TEST_P(EngineContract, SaysThatAPortIsTakenByAContainer) {
  const auto port = free_port();
  auto wanted = spec(name("first"));
  wanted.host_config = publish(port);
  create(wanted);
  ASSERT_OK(run(engine_->start_container(wanted.name)));
  auto second = spec(name("second"));
  second.host_config = publish(port);
  create(second);
  const auto started = run(engine_->start_container(second.name));
  EXPECT_ERROR(started, ErrorCode::kPortInUse);
  EXPECT_NE(started.error().why.find(std::to_string(port)), std::string::npos);
  EXPECT_NE(inspect(second.name).state, ContainerState::running);

  ASSERT_OK(run(engine_->stop_container(wanted.name, seconds(5))));
  ASSERT_OK(run(engine_->start_container(second.name)));
}

TEST_P(EngineContract, SaysThatAPortIsTakenByAProcess) {
  const auto port = free_port();
  const Listener listener(port);
  if (fake_ != nullptr) fake_->ports_of_processes.insert(port);
  auto wanted = spec(name("late"));
  wanted.host_config = publish(port);
  create(wanted);
  EXPECT_ERROR(run(engine_->start_container(wanted.name)), ErrorCode::kPortInUse);
}

TEST_P(EngineContract, SaysThatThereIsNoGpu) {
  auto wanted = spec(name("gpu"));
  wanted.host_config["DeviceRequests"] = {
      {{"Driver", "nvidia"}, {"Count", -1}, {"Capabilities", {{"gpu"}}}}};
  create(wanted);
  const auto started = run(engine_->start_container(wanted.name));
  // Podman's compatible API passes over the request.
  if (is_podman())
    EXPECT_TRUE(started);
  else
    EXPECT_ERROR(started, ErrorCode::kGpuUnavailable);
}

TEST_P(EngineContract, SaysThatTheProgramDoesNotExist) {
  const auto container = name("no-program");
  create(spec(container, Kind::no_such_program), Kind::no_such_program);
  EXPECT_ERROR(run(engine_->start_container(container)), ErrorCode::kBadContainerSpec);
  EXPECT_NE(inspect(container).state, ContainerState::running);
}

TEST_P(EngineContract, SaysThatANetworkDoesNotExist) {
  auto wanted = spec(name("lost"));
  wanted.networks = {{"contract-no-such-network", {}}};
  const auto created = run(engine_->create_container(wanted));
  if (!created) {
    EXPECT_ERROR(created, ErrorCode::kNetworkNotFound);
    return;
  }
  EXPECT_ERROR(run(engine_->start_container(wanted.name)), ErrorCode::kNetworkNotFound);
}

TEST_P(EngineContract, WaitsForTheEnd) {
  const auto container = start("ends", Kind::exits_with_3);
  const auto code = run(engine_->wait_container(container));
  ASSERT_OK(code);
  EXPECT_EQ(code.value(), 3);
  const auto details = inspect(container);
  EXPECT_EQ(details.state, ContainerState::exited);
  EXPECT_EQ(details.exit_code, 3);
}

TEST_P(EngineContract, Kills) {
  const auto container = start("killed");
  ASSERT_OK(run(engine_->kill_container(container, "SIGKILL")));
  const auto code = run(engine_->wait_container(container));
  ASSERT_OK(code);
  EXPECT_EQ(code.value(), 137);
  EXPECT_ERROR(run(engine_->kill_container(container, "SIGKILL")), ErrorCode::kConflict);
}

TEST_P(EngineContract, PausesAndGoesOn) {
  const auto container = start("paused");
  ASSERT_OK(run(engine_->pause_container(container)));
  EXPECT_EQ(inspect(container).state, ContainerState::paused);
  ASSERT_OK(run(engine_->unpause_container(container)));
  EXPECT_EQ(inspect(container).state, ContainerState::running);
}

TEST_P(EngineContract, RenamesARunningContainer) {
  const auto container = start("old-name");
  const auto other = name("other");
  create(spec(other));
  EXPECT_ERROR(run(engine_->rename_container(container, other)), ErrorCode::kNameInUse);
  const auto renamed = name("new-name");
  ASSERT_OK(run(engine_->rename_container(container, renamed)));
  EXPECT_EQ(inspect(renamed).state, ContainerState::running);
  const auto before = run(engine_->inspect_container(container));
  ASSERT_OK(before);
  EXPECT_FALSE(before.value());
}

TEST_P(EngineContract, RemovesARunningContainerOnlyByForce) {
  const auto container = start("busy");
  EXPECT_ERROR(run(engine_->remove_container(container, {})), ErrorCode::kConflict);
  const ports::RemoveOptions force{.force = true};
  ASSERT_OK(run(engine_->remove_container(container, force)));
  const auto gone = run(engine_->inspect_container(container));
  ASSERT_OK(gone);
  EXPECT_FALSE(gone.value());
}

TEST_P(EngineContract, RunsACommandInside) {
  const auto container = start("exec");
  const std::vector<std::string> works{"/svc", "healthcheck"};
  ports::ExecResult result;
  // The service may not listen yet.
  run_until([&] {
    auto done = run(engine_->exec(container, works));
    EXPECT_TRUE(done) << done.error().why;
    if (done) result = done.value();
    return !done || result.exit_code == 0;
  });
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_FALSE(result.output.empty());

  const std::vector<std::string> missing{"/no/such/program"};
  const auto failed = run(engine_->exec(container, missing));
  ASSERT_OK(failed);
  EXPECT_TRUE(failed.value().exit_code == 126 || failed.value().exit_code == 127)
      << failed.value().exit_code;

  ASSERT_OK(run(engine_->stop_container(container, seconds(5))));
  EXPECT_ERROR(run(engine_->exec(container, works)), ErrorCode::kConflict);
  EXPECT_ERROR(run(engine_->exec("contract-absent", works)), ErrorCode::kNotFound);
}

TEST_P(EngineContract, MeasuresAContainer) {
  const auto container = start("stats");
  const auto stats = run(engine_->container_stats(container));
  ASSERT_OK(stats);
  EXPECT_GT(stats.value().cpu_total_ns, 0U);
  EXPECT_GT(stats.value().memory_bytes, 0U);
  EXPECT_GT(stats.value().memory_limit_bytes, stats.value().memory_bytes);
}

TEST_P(EngineContract, AnswersManyCallsAtOnce) {
  const auto container = start("many");
  std::vector<Task<std::optional<ports::ContainerDetails>>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(engine_->inspect_container(container));
  const auto all = run(when_all(std::move(tasks)));
  ASSERT_EQ(all.size(), 20U);
  for (const auto& each : all) {
    ASSERT_OK(each);
    ASSERT_TRUE(each.value());
    EXPECT_EQ(each.value()->name, container);
  }
}

}  // namespace
}  // namespace aistack::testing
