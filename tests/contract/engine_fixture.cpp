#include "engine_fixture.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "adapters/engine/engine.hpp"

namespace aistack::testing {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0')
    throw std::runtime_error(std::string(name) +
                             " is not set: run inside the lab (tests/lab/lab.sh)");
  return value;
}

void EngineContract::SetUp() {
  if (is_fake()) {
    clock_ = std::make_unique<FakeClock>(io_);
    auto fake = std::make_unique<FakeEngine>(io_, *clock_);
    fake_ = fake.get();
    registry_ = "registry.fake:5000";
    image_ = registry_ + "/plain:1";
    FakeImage image;
    image.details.exposed_ports = {"8080/tcp"};
    image.behaviour.log = {"first line", "second line"};
    image.behaviour.exec = [](const std::vector<std::string>& command) {
      if (command[0] == "/svc") return ports::ExecResult{0, "healthy\n"};
      return ports::ExecResult{127, "no such file"};
    };
    fake_->registry[image_] = image;
    fake_->registry[registry_ + "/big:1"] = image;
    engine_ = std::move(fake);
  } else {
    const bool docker = GetParam() == "docker";
    engine::EngineOptions options;
    options.endpoint = variable(docker ? "AISTACK_TEST_DOCKER" : "AISTACK_TEST_PODMAN");
    registry_ = variable("AISTACK_TEST_REGISTRY");
    image_ = variable("AISTACK_TEST_IMAGE");
    auto made = engine::make_engine(io_.get_executor(), options);
    ASSERT_OK(made);
    engine_ = std::move(made.value());
  }
  ASSERT_OK(run(engine_->pull_image(image_, [](const ports::PullProgress&) {})));
}

void EngineContract::TearDown() {
  if (!engine_) return;
  const ports::RemoveOptions all{.force = true, .anonymous_volumes = true};
  for (const auto& each : names_) EXPECT_TRUE(run(engine_->remove_container(each, all)));
  for (const auto& each : names_) {
    EXPECT_TRUE(run(engine_->remove_network(each)));
    EXPECT_TRUE(run(engine_->remove_volume(each)));
  }
}

void EngineContract::run_until(const std::function<bool()>& done) {
  if (!is_fake()) {
    EXPECT_TRUE(testing::run_until(io_, done));
    return;
  }
  for (int i = 0; i < 1000 && !done(); ++i) {
    io_.restart();
    if (io_.poll() == 0 && !clock_->step()) break;
  }
  EXPECT_TRUE(done());
}

std::string EngineContract::name(const std::string& stem) {
  names_.push_back(fmt::format("contract-{}-{}-{}", ::getpid(), names_.size(), stem));
  return names_.back();
}

domain::ContainerSpec EngineContract::spec(const std::string& container, Kind kind) {
  domain::ContainerSpec made;
  made.name = container;
  made.config = {{"Image", image_}, {"Labels", {{"contract", container}}}};
  if (kind == Kind::exits_with_3) made.config["Env"] = {"SIM_FAULT=exit:0:3"};
  if (kind == Kind::talks) made.config["Env"] = {"SIM_FAULT=lines:100"};
  if (kind == Kind::no_such_program) made.config["Entrypoint"] = {"/no/such/program"};
  return made;
}

std::string EngineContract::create(domain::ContainerSpec made, Kind kind) {
  const auto id = run(engine_->create_container(made));
  if (!id) {
    ADD_FAILURE() << "create: " << id.error().why;
    return {};
  }
  if (fake_ != nullptr) {
    auto& behaviour = fake_->find(made.name)->behaviour;
    if (kind == Kind::exits_with_3) {
      behaviour.exits_after = std::chrono::seconds(0);
      behaviour.exit_code = 3;
    }
    if (kind == Kind::no_such_program)
      behaviour.start_error = Error{ErrorCode::kBadContainerSpec, "exec: no such file"};
    if (kind == Kind::talks)
      for (int i = 0; i < 100; ++i) behaviour.log.push_back(fmt::format("line {}", i));
  }
  return id.value();
}

std::string EngineContract::start(const std::string& stem, Kind kind) {
  const auto container = name(stem);
  create(spec(container, kind), kind);
  const auto started = run(engine_->start_container(container));
  if (!started) ADD_FAILURE() << "start: " << started.error().why;
  return container;
}

ports::ContainerDetails EngineContract::inspect(const std::string& container) {
  auto details = run(engine_->inspect_container(container));
  if (!details || !details.value()) {
    ADD_FAILURE() << "inspect " << container << ": "
                  << (details ? "there is none" : details.error().why);
    return {};
  }
  return *details.value();
}

// Not one of those that the kernel gives to whoever asks for any: another test could get it
// meanwhile.
int EngineContract::free_port() {
  constexpr int kFirst = 20'000;
  constexpr int kCount = 10'000;
  for (int i = 0; i < kCount; ++i) {
    const int port = kFirst + (::getpid() + i) % kCount;
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    address.sin_port = ::htons(static_cast<std::uint16_t>(port));
    const bool bound =
        ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(descriptor);
    if (bound) return port;
  }
  throw std::runtime_error("no free port");
}

INSTANTIATE_TEST_SUITE_P(Engines, EngineContract, ::testing::Values("fake", "docker", "podman"),
                         [](const auto& subject) { return subject.param; });

}  // namespace aistack::testing
