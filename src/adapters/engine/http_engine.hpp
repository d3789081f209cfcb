#pragma once

#include "adapters/engine/json.hpp"
#include "adapters/engine/log_stream.hpp"
#include "adapters/engine/transport.hpp"
#include "ports/container_engine.hpp"

namespace aistack::engine {

// The port over the Engine API. Its calls are in three files: http_containers.cpp (life of a
// container), http_objects.cpp (version, images, networks, volumes) and http_streams.cpp (what
// streams).
class HttpEngine final : public ports::ContainerEngine {
 public:
  explicit HttpEngine(boost::asio::any_io_executor executor, http::Address address,
                      std::string endpoint, EngineDeadlines deadlines, LoginSource logins,
                      EngineObserver observer, SlowObserver slow)
      : executor_(executor),
        logins_(std::move(logins)),
        transport_(std::move(executor), std::move(address), std::move(endpoint), deadlines,
                   std::move(observer), std::move(slow)) {}

  std::string endpoint() const override { return transport_.endpoint(); }
  bool local() const override;

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
  // GET of one document; absent with 404.
  Task<std::optional<Json>> find(std::string path);
  // A call whose answer does not matter.
  Task<> perform(ApiCall call);
  // POST /containers/NAME/VERB.
  Task<> on_container(Call call, std::string name, std::string verb,
                      std::optional<std::chrono::milliseconds> allowed = {});
  // kNotFound: it is gone.
  Task<> wait_until_removed(std::string name);
  Task<> connect_all(const std::vector<domain::NetworkAttachment>& networks, std::string id);
  Task<> complete(const std::vector<domain::NetworkAttachment>& networks,
                  const std::vector<domain::InjectedFile>& files, std::string id);
  Task<ports::ExecResult> run_exec(std::string id);
  Task<LogFormat> log_format(const ApiStream& stream, std::string name);

  boost::asio::any_io_executor executor_;
  LoginSource logins_;
  Transport transport_;
};

}  // namespace aistack::engine
