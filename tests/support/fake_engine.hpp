#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ports/container_engine.hpp"
#include "ports/http_client.hpp"
#include "support/fake_clock.hpp"

namespace aistack::testing {

// How containers of an image behave, from their start on.
struct Behaviour {
  std::chrono::nanoseconds ready_after{0};  // until it answers at its port
  bool never_ready = false;                 // it never does
  int http_status = 200;                    // what it then answers
  std::string http_body = "ok";
  std::optional<std::chrono::nanoseconds> exits_after{};  // by itself
  int exit_code = 0;                                      // then, and after a stop signal
  std::chrono::nanoseconds stops_after{0};                // a stop signal; beyond the grace: 137
  std::chrono::nanoseconds healthy_after{0};              // its image's healthcheck, if it has one
  bool unhealthy = false;
  std::optional<Error> start_error{};       // it cannot be started
  std::vector<std::string> log{"started"};  // written at each start
  std::function<ports::ExecResult(const std::vector<std::string>&)> exec{};
};

struct FakeImage {
  ports::ImageDetails details;  // `id` is made up if it is empty
  Behaviour behaviour;
  std::vector<std::uint64_t> layers{1000, 200};  // bytes, as a pull reports them
  std::optional<Error> pull_error{};             // half-way through the last layer
};

struct FakeContainer {
  ports::ContainerDetails details;
  domain::ContainerSpec spec;
  Behaviour behaviour;
  bool healthcheck = false;
  SteadyTime started_at{};
  std::vector<ports::LogLine> log;
  std::map<std::string, std::string> archives;  // path -> the tar that was written there
  std::vector<std::string> anonymous_volumes;   // that were made with it
  int starts = 0;                               // tells one run of it from the next
};

// A container engine in memory, with state: images come from a registry, containers start, take
// ports, become healthy, exit and are removed, on the FakeClock's time. What a test may do with it
// beyond the port:
class FakeEngine final : public ports::ContainerEngine {
 public:
  FakeEngine(boost::asio::io_context& io, FakeClock& clock);

  // -- the world around it
  std::map<std::string, FakeImage> registry;  // reference -> what a pull finds
  std::optional<Error> registry_error;        // every pull fails with it
  std::set<int> ports_of_processes;           // host ports that something else holds
  bool gpu = false;
  bool rootless = false;
  ports::EngineVersion engine_version;
  // Adds an image as if it had been pulled.
  void add_image(const std::string& reference, FakeImage image = {});
  // Adds a container that was there before, running or not.
  FakeContainer& add_container(domain::ContainerSpec spec, bool running);

  // -- faults. `call` is a name as the call log has it: "start", "create", "pull", …
  void fail_next(const std::string& call, Error error);
  // The call takes effect, and its answer is lost.
  void fail_after(const std::string& call, Error error);
  // The next such call does not end before it is cancelled.
  void hang_next(const std::string& call) { hang_.insert(call); }
  // Called before every call; an Error that it returns is the call's.
  std::function<std::optional<Error>(const std::string& call, const std::string& name)> before_call;

  // -- what happened
  std::vector<std::string> calls;  // "pull ollama/ollama:latest", "create ollama", …
  // The calls that change something, in order.
  std::vector<std::string> changes() const;
  FakeContainer* find(const std::string& name_or_id);
  // The container that answers at this address now, if any.
  FakeContainer* listening_at(const std::string& host, int port);
  std::map<std::string, std::shared_ptr<FakeContainer>> containers;  // by id
  std::map<std::string, ports::ImageDetails> images;                 // by id
  std::map<std::string, ports::NetworkDetails> networks;             // by id
  std::map<std::string, ports::VolumeDetails> volumes;               // by name
  std::map<std::string, Behaviour> behaviours;                       // by image id
  // The container ends by itself, now.
  void exit_now(const std::string& name, int exit_code);
  void set_health(const std::string& name, const std::string& status);

  // -- the port
  std::string endpoint() const override { return "unix:///fake/docker.sock"; }
  bool local() const override { return true; }
  Task<ports::EngineVersion> version() override;
  Task<ports::EngineInfo> info() override;
  Task<std::vector<ports::ContainerSummary>> list_containers(ports::ContainerQuery query) override;
  Task<std::optional<ports::ContainerDetails>> inspect_container(std::string name) override;
  Task<std::string> inspect_container_text(std::string name) override;
  Task<std::string> create_container(domain::ContainerSpec spec) override;
  Task<> start_container(std::string name) override;
  Task<> stop_container(std::string name, std::optional<std::chrono::seconds> grace) override;
  Task<> kill_container(std::string name, std::string signal) override;
  Task<> pause_container(std::string name) override;
  Task<> unpause_container(std::string name) override;
  Task<> rename_container(std::string name, std::string new_name) override;
  Task<> remove_container(std::string name, ports::RemoveOptions options) override;
  Task<int> wait_container(std::string name) override;
  Task<ports::ContainerStats> container_stats(std::string name) override;
  Task<ports::ExecResult> exec(std::string name, std::vector<std::string> command) override;
  Task<> logs(std::string name, ports::LogQuery query, ports::LogSink sink) override;
  Task<> events(ports::EventQuery query, std::function<void()> ready,
                ports::EventSink sink) override;
  Task<> read_archive(std::string name, std::string path, ports::ByteSink sink) override;
  Task<> write_archive(std::string name, std::string path, ports::ByteSource source) override;
  Task<std::optional<ports::ImageDetails>> inspect_image(std::string reference) override;
  Task<std::vector<ports::ImageDetails>> list_images() override;
  Task<> pull_image(std::string reference, ports::PullSink sink, std::string platform) override;
  Task<std::string> registry_digest(std::string reference) override;
  Task<std::vector<std::string>> load_image(ports::ByteSource source) override;
  Task<> tag_image(std::string reference, std::string new_reference) override;
  Task<> remove_image(std::string reference) override;
  Task<std::vector<ports::NetworkDetails>> list_networks() override;
  Task<std::optional<ports::NetworkDetails>> inspect_network(std::string name) override;
  Task<std::string> create_network(domain::NetworkSpec spec) override;
  Task<> remove_network(std::string name) override;
  Task<> connect_network(domain::NetworkAttachment attachment, std::string container) override;
  Task<> disconnect_network(std::string network, std::string container) override;
  Task<std::vector<ports::VolumeDetails>> list_volumes() override;
  Task<std::optional<ports::VolumeDetails>> inspect_volume(std::string name) override;
  Task<> create_volume(domain::VolumeSpec spec) override;
  Task<> remove_volume(std::string name) override;

 private:
  // Every call begins here: it is noted, others may run, faults strike.
  Task<> begin(std::string call, std::string name = "");
  // … and ends here, where its answer may get lost.
  Result<> end(const std::string& call);
  Task<> wait_while(std::function<bool()> condition);
  std::string new_id();
  ports::ImageDetails* find_image(const std::string& reference);
  ports::NetworkDetails* find_network(const std::string& name);
  std::optional<Error> port_conflict(const FakeContainer& container);
  std::optional<Error> missing_network(const FakeContainer& container);
  void run(FakeContainer& container);
  void make_volumes(FakeContainer& container);
  void remove_anonymous_volumes(const FakeContainer& container);
  void become(FakeContainer& container, ports::ContainerState state);
  void ended(FakeContainer& container, int exit_code);
  ports::ContainerSummary summary_of(const FakeContainer& container) const;
  void emit(const std::string& type, const std::string& action, const std::string& id,
            std::map<std::string, std::string> attributes, const std::string& detail = "");
  void emit(const FakeContainer& container, const std::string& action,
            const std::string& detail = "");

  boost::asio::io_context& io_;
  FakeClock& clock_;
  Announcement changed_;
  std::map<std::string, std::deque<Error>> failures_;
  std::map<std::string, std::deque<Error>> lost_answers_;
  std::multiset<std::string> hang_;
  std::vector<ports::EngineEvent> events_;
  unsigned next_id_ = 1;
  int next_address_ = 2;
};

}  // namespace aistack::testing
