#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.hpp"
#include "base/time.hpp"
#include "domain/container_spec.hpp"

// A container engine, as the Docker Engine HTTP API describes it (1.41 and up; Docker or Podman).
//
// What every call promises:
// - It connects when it is first used and keeps one connection for calls that answer at once;
//   calls that stream (pull, logs, events, wait, archives) have a connection of their own.
// - It ends: with an answer, with an Error after its deadline, or with kInterrupted when the task
//   is cancelled. A task that has been cancelled stays so: every further call gives kInterrupted at
//   once, so undo in a `shielded` task. Answers are bounded in size; a longer one is
//   kEngineProtocol.
// - Errors common to all calls: kEngineUnreachable, kEngineDenied, kEngineTooOld, kEngineTimeout,
//   kEngineProtocol, kInterrupted, and kEngineFailed for what has no code of its own. `why` is the
//   engine's own sentence. "No such X" is kNotFound, or nullopt where the call returns an optional.
// - A call that failed with kEngineUnreachable, kEngineTimeout, kEngineProtocol or kInterrupted may
//   or may not have taken effect: ask before doing it again.
// Containers, networks and volumes are named by name or id, images by reference or id.
namespace aistack::ports {

struct ApiVersion {
  int major = 0;
  int minor = 0;
  auto operator<=>(const ApiVersion&) const = default;
};

struct EngineVersion {
  std::string product;  // "docker" or "podman"
  std::string version;  // "20.10.24"
  ApiVersion spoken;    // what the adapter negotiated
  ApiVersion newest;    // the engine's ApiVersion
  ApiVersion oldest;    // the engine's MinAPIVersion; {} where it names none
  std::string os;
  std::string architecture;
};

struct EngineInfo {
  std::string name;  // the host's name, as the engine sees it
  std::string root_directory;
  std::string storage_driver;
  std::string cgroup_driver;
  std::string cgroup_version;
  std::string kernel;
  std::string operating_system;
  std::uint64_t memory_bytes = 0;
  int cpus = 0;
  std::vector<std::string> runtimes;  // names, sorted
  bool gpu = false;  // has an `nvidia` runtime, or announces NVIDIA devices through CDI
  bool rootless = false;
};

enum class ContainerState { created, running, paused, restarting, removing, exited, dead };
std::string_view to_string(ContainerState state);

struct PublishedPort {
  std::string host_ip;  // "0.0.0.0", "127.0.0.1", "::"; "" means all
  int host_port = 0;    // 0: exposed, not published
  int container_port = 0;
  std::string protocol = "tcp";
};

// One row of the list: everything that `status` needs in one call for all containers.
struct ContainerSummary {
  std::string id;
  std::string name;      // without the leading slash
  std::string image;     // the reference it was created with
  std::string image_id;  // as the engine gives it; only ever compared with another of the engine's
  ContainerState state = ContainerState::created;
  std::string status;  // the engine's own words: "Up 3 minutes (healthy)"
  Time created{};
  std::map<std::string, std::string> labels;
  std::vector<PublishedPort> ports;
  std::map<std::string, std::string> networks;  // name -> IPv4 address, "" when not running
};

struct ImageHealth {
  std::string status;  // "starting", "healthy", "unhealthy"
  int failing_streak = 0;
  std::string last_output;  // of the last check, printable, cut at 2,000 bytes
};

struct Mount {
  std::string type;    // "volume", "bind", "tmpfs"
  std::string name;    // the volume's name
  std::string source;  // path on the host
  std::string destination;
  bool writable = true;
};

struct ContainerDetails {
  std::string id;
  std::string name;
  std::string image;
  std::string image_id;
  ContainerState state = ContainerState::created;
  Time created{};
  std::optional<Time> started;   // absent: never started
  std::optional<Time> finished;  // absent: never stopped
  int exit_code = 0;
  bool out_of_memory = false;
  std::string error;      // why the last start failed; "" if it did not
  int restart_count = 0;  // by the engine's restart policy
  std::int64_t pid = 0;   // on the engine's host; 0 when not running
  std::optional<ImageHealth> health;
  std::map<std::string, std::string> labels;
  std::vector<std::string> environment;  // "NAME=value"
  bool tty = false;
  std::vector<PublishedPort> ports;             // published now (empty when not running)
  std::map<std::string, std::string> networks;  // name -> IPv4 address
  std::vector<Mount> mounts;
  std::optional<std::chrono::seconds> stop_timeout;
};

struct ImageDetails {
  std::string id;
  std::vector<std::string> tags;
  std::vector<std::string> digests;  // "repository@sha256:…"
  std::string os;
  std::string architecture;
  std::uint64_t size_bytes = 0;
  std::optional<Time> created;
  std::vector<std::string> exposed_ports;  // "8080/tcp", sorted
  std::vector<std::string> volumes;        // declared mount points, sorted
  bool has_healthcheck = false;
  std::map<std::string, std::string> labels;
};

// One step of one layer of a pull.
struct PullProgress {
  enum class Phase { waiting, downloading, verifying, downloaded, extracting, done, exists, other };
  std::string layer;  // short id; "" for lines about the image as a whole
  Phase phase = Phase::other;
  std::uint64_t current_bytes = 0;           // of `downloading` (and `extracting`, old engines)
  std::optional<std::uint64_t> total_bytes;  // absent where the engine knows none
  std::string text;                          // the engine's words
};

struct NetworkDetails {
  std::string id;
  std::string name;
  std::string driver;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> containers;  // id -> name, of the running ones
};

struct VolumeDetails {
  std::string name;
  std::string driver;
  std::string mountpoint;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> options;
};

struct ExecResult {
  int exit_code = 0;
  std::string output;  // stdout and stderr together, at most 1 MiB
};

struct LogLine {
  enum class Stream { out, err };  // a TTY container has only `out`
  Stream stream = Stream::out;
  std::optional<Time> time;  // the engine's; absent if it sent none
  std::string text;          // one line without its end, at most 64 KiB (a longer one is split)
};

struct LogQuery {
  std::optional<std::uint64_t> tail;  // absent: everything
  std::optional<Time> since;
  bool follow = false;  // until the container stops
};

struct EngineEvent {
  Time time{};
  std::string type;    // "container", "network", "volume", "image"
  std::string action;  // "start", "die", "health_status", "destroy", …
  std::string id;
  std::string name;
  std::string detail;                             // "unhealthy" of "health_status: unhealthy"
  std::map<std::string, std::string> attributes;  // labels, exitCode, …
};

struct EventQuery {
  std::vector<std::string> types;             // empty: all
  std::map<std::string, std::string> labels;  // "" as value: the label exists
  std::optional<Time> since;
};

struct ContainerStats {
  std::uint64_t cpu_total_ns = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_limit_bytes = 0;
  std::uint64_t network_received_bytes = 0;
  std::uint64_t network_sent_bytes = 0;
};

struct ContainerQuery {
  bool all = true;                            // stopped ones too
  std::map<std::string, std::string> labels;  // "" as value: the label exists
};

struct RemoveOptions {
  bool force = false;              // kill it first
  bool anonymous_volumes = false;  // and the volumes without a name that it had
};

// A sink is called on the io_context's thread for each item; an error that it returns ends the
// call with that error.
using PullSink = std::function<void(const PullProgress&)>;
using LogSink = std::function<Result<>(LogLine)>;
using EventSink = std::function<Result<>(EngineEvent)>;
using ByteSink = std::function<Result<>(std::string_view)>;
// Gives the next piece, an empty one at the end. The view stays valid until the next call.
using ByteSource = std::function<Result<std::string_view>()>;

class ContainerEngine {
 public:
  virtual ~ContainerEngine() = default;

  // Where the engine is, for messages: "unix:///var/run/docker.sock".
  virtual std::string endpoint() const = 0;
  // Does the engine run on this machine (so that its paths and ports are ours)?
  virtual bool local() const = 0;

  // The negotiated version; asked once, then remembered until the connection is lost.
  virtual Task<EngineVersion> version() = 0;
  virtual Task<EngineInfo> info() = 0;

  virtual Task<std::vector<ContainerSummary>> list_containers(ContainerQuery query) = 0;
  virtual Task<std::optional<ContainerDetails>> inspect_container(std::string name) = 0;
  // The engine's own document, for a support bundle. kNotFound.
  virtual Task<std::string> inspect_container_text(std::string name) = 0;

  // Creates, connects to every network and puts the specification's files in place; gives the id. A
  // failure leaves no container behind.
  // kNameInUse (another container has the name), kImageNotFound (not present: pull first),
  // kNetworkNotFound, kBadContainerSpec, kDiskFull.
  virtual Task<std::string> create_container(domain::ContainerSpec spec) = 0;
  // Already running: ok. kPortInUse, kGpuUnavailable, kNetworkNotFound, kBadContainerSpec (the
  // entry point does not exist), kNotFound. After a failure the container stays, not running.
  virtual Task<> start_container(std::string name) = 0;
  // Already stopped: ok. `grace` between the stop signal and SIGKILL; absent: the container's own.
  virtual Task<> stop_container(std::string name, std::optional<std::chrono::seconds> grace) = 0;
  virtual Task<> kill_container(std::string name, std::string signal) = 0;
  virtual Task<> pause_container(std::string name) = 0;
  virtual Task<> unpause_container(std::string name) = 0;
  // kNameInUse, kNotFound. Works on a running one.
  virtual Task<> rename_container(std::string name, std::string new_name) = 0;
  // Absent: ok. Being removed by another call: ok, once it is gone. kConflict: running, and not
  // `force`.
  virtual Task<> remove_container(std::string name, RemoveOptions options) = 0;
  // Waits until it is not running; gives the exit code.
  virtual Task<int> wait_container(std::string name) = 0;
  virtual Task<ContainerStats> container_stats(std::string name) = 0;
  // Runs `command` inside and waits; two minutes without output are kEngineTimeout. kConflict: not
  // running. kNotFound. A command that does not exist is exit code 127, not an error.
  virtual Task<ExecResult> exec(std::string name, std::vector<std::string> command) = 0;

  virtual Task<> logs(std::string name, LogQuery query, LogSink sink) = 0;
  // Until cancelled, or kEngineUnreachable when the engine goes. `ready` is called once, when
  // the subscription stands: what happens after that is not missed.
  virtual Task<> events(EventQuery query, std::function<void()> ready, EventSink sink) = 0;

  // A tar stream of `path` inside the container (running or not).
  virtual Task<> read_archive(std::string name, std::string path, ByteSink sink) = 0;
  // Unpacks a tar stream into the directory `path` inside the container.
  virtual Task<> write_archive(std::string name, std::string path, ByteSource source) = 0;

  virtual Task<std::optional<ImageDetails>> inspect_image(std::string reference) = 0;
  // Every image, with what the list tells: not its os, architecture, ports, volumes, healthcheck.
  virtual Task<std::vector<ImageDetails>> list_images() = 0;
  // kImageNotFound, kRegistryUnreachable, kRegistryDenied, kDiskFull, kImagePlatform. Layers
  // already fetched stay, so that a second try goes on. There is no deadline on the whole, only
  // on silence (two minutes without a line).
  // `platform` as "linux/arm64"; "" is the engine's own.
  virtual Task<> pull_image(std::string reference, PullSink sink, std::string platform = "") = 0;
  // The digest that the registry has for a reference now; nothing is pulled. kImageNotFound,
  // kRegistryUnreachable, kRegistryDenied; kNotFound: this engine cannot ask (Podman).
  virtual Task<std::string> registry_digest(std::string reference) = 0;
  // Loads an image archive (`docker save`); gives the references that it brought.
  virtual Task<std::vector<std::string>> load_image(ByteSource source) = 0;
  virtual Task<> tag_image(std::string reference, std::string new_reference) = 0;
  // Absent: ok. kConflict: in use.
  virtual Task<> remove_image(std::string reference) = 0;

  virtual Task<std::vector<NetworkDetails>> list_networks() = 0;
  virtual Task<std::optional<NetworkDetails>> inspect_network(std::string name) = 0;
  // kNameInUse: exists already.
  virtual Task<std::string> create_network(domain::NetworkSpec spec) = 0;
  // Absent: ok. kConflict: has endpoints.
  virtual Task<> remove_network(std::string name) = 0;
  virtual Task<> connect_network(domain::NetworkAttachment attachment, std::string container) = 0;
  virtual Task<> disconnect_network(std::string network, std::string container) = 0;

  virtual Task<std::vector<VolumeDetails>> list_volumes() = 0;
  virtual Task<std::optional<VolumeDetails>> inspect_volume(std::string name) = 0;
  // Exists already: ok, and it is left as it is (the engine's own rule).
  virtual Task<> create_volume(domain::VolumeSpec spec) = 0;
  // Absent: ok. kVolumeInUse.
  virtual Task<> remove_volume(std::string name) = 0;
};

}  // namespace aistack::ports
