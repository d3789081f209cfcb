#include "app/wiring.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <random>

#include "adapters/archive/file_reader.hpp"
#include "adapters/archive/zip.hpp"
#include "adapters/engine/endpoint.hpp"
#include "adapters/engine/engine.hpp"
#include "adapters/http/client.hpp"
#include "adapters/posix/background.hpp"
#include "adapters/posix/clock.hpp"
#include "adapters/posix/event_log.hpp"
#include "adapters/posix/files.hpp"
#include "adapters/posix/host.hpp"
#include "adapters/posix/secret_store.hpp"
#include "adapters/posix/service_locks.hpp"
#include "adapters/posix/state_store.hpp"
#include "adapters/sqlite/settings_database.hpp"
#include "adapters/yaml/settings_file.hpp"
#include "cli/render/progress.hpp"
#include "operations/context.hpp"

namespace aistack::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostTextBytes = 4 << 20;
constexpr auto kUsualEndpoint = "unix:///var/run/docker.sock";

Result<std::optional<std::string>> read_file(const fs::path& path) {
  return adapters::posix::read_text(path, kMostTextBytes);
}

Result<std::vector<std::string>> list_directory(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entries{directory, error};
  while (!error && entries != fs::directory_iterator{}) {
    names.push_back(entries->path().filename().string());
    entries.increment(error);
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return adapters::posix::errno_error(error.value(), directory);
  return names;
}

// "20261123T100000-1a2b3c4d": sorts by time, unique enough to find one operation in a log.
std::string new_operation_id() {
  auto time = to_iso8601(std::chrono::system_clock::now());
  std::erase_if(time, [](char c) { return c == '-' || c == ':' || c == 'Z'; });
  return fmt::format("{}-{:08x}", time, std::random_device{}());
}

}  // namespace

struct Wiring::Parts {
  boost::asio::any_io_executor executor;
  cli::Output& output;
  cli::GlobalOptions options;
  std::map<std::string, std::string> environment;

  std::unique_ptr<ports::Clock> clock = adapters::posix::make_clock();
  std::optional<domain::Paths> paths;
  domain::EffectiveSettings settings;
  std::unique_ptr<ports::ContainerEngine> engine;
  std::unique_ptr<ports::HttpClient> http;
  std::unique_ptr<ports::StateStore> state;
  std::unique_ptr<ports::EventLog> events;
  std::unique_ptr<ports::SecretStore> secrets;
  std::unique_ptr<ports::ServiceLocks> locks;
  std::unique_ptr<ports::Host> host;
  std::unique_ptr<cli::ProgressDisplay> progress;
  std::optional<operations::Catalog> catalog;
  domain::VersionsLock versions;
  std::optional<operations::Context> context;

  Result<> find_paths() {
    if (paths) return ok();
    std::error_code error;
    const domain::PathsInput input{.environment = environment,
                                   .is_root = geteuid() == 0,
                                   .working_directory = fs::current_path(error),
                                   .config_option = options.config};
    BOOST_OUTCOME_TRY(paths, domain::resolve_paths(input));
    return ok();
  }

  Result<domain::EffectiveSettings> read_settings(const std::optional<fs::path>& file) {
    if (file) return adapters::yaml::load_settings({{*file, true}}, read_file);
    BOOST_OUTCOME_TRY(find_paths());
    return adapters::yaml::load_settings(paths->config_files, read_file);
  }

  Result<> read_catalog() {
    auto variables = environment;
    // What the shipped files ask for; Docker Compose takes the files' defaults instead.
    variables["AISTACK_STATE_DIR"] = paths->state.string();
    variables["AISTACK_BACKEND_ADDRESS"] =
        settings.values.network.expose == domain::Expose::lan ? "0.0.0.0" : "127.0.0.1";
    const operations::CatalogRequest request{.directories = paths->compose_directories,
                                             .environment = std::move(variables),
                                             .list_directory = list_directory,
                                             .read_file = read_file};
    BOOST_OUTCOME_TRY(catalog, operations::load_catalog(request));
    return ok();
  }

  Result<> read_versions_lock() {
    BOOST_OUTCOME_TRY(const auto text, read_file(paths->versions_lock));
    if (!text) return ok();
    BOOST_OUTCOME_TRY(versions, domain::parse_versions_lock(paths->versions_lock.string(), *text));
    return ok();
  }

  // What stands in for something that cannot be used, when the caller wants to go on without.
  using Problems = std::vector<Error>*;
  static Result<> unless(Result<> result, Problems problems) {
    if (result || problems == nullptr) return result;
    problems->push_back(std::move(result).error());
    return ok();
  }

  Result<> make_adapters(Problems problems) {
    const engine::EndpointQuery query{
        .runtime = std::string{to_string(settings.values.container_runtime)},
        .configured = settings.values.engine.socket.value_or(""),
        .environment = environment};
    auto found = engine::find_endpoint(query);
    BOOST_OUTCOME_TRY(
        unless(found ? Result<>{ok()}
                     : Result<>{with_what(found.error(), "cannot tell where the engine is")},
               problems));
    std::string endpoint = found ? found.value() : std::string{kUsualEndpoint};
    engine::EngineOptions its_options{
        .endpoint = std::move(endpoint), .deadlines = {}, .logins = {environment, read_file}};
    BOOST_OUTCOME_TRY(engine, engine::make_engine(executor, std::move(its_options)));
    http = http::make_http_client(executor);
    state = adapters::posix::make_state_store(paths->state);
    events = adapters::posix::make_event_log(paths->events_log());
    secrets = adapters::posix::make_secret_store(paths->secrets);
    locks = adapters::posix::make_service_locks(paths->run, *clock);
    host = adapters::posix::make_host();
    progress = cli::make_progress(output, *clock, options);
    return ok();
  }

  Result<> use_settings() {
    BOOST_OUTCOME_TRY(settings, read_settings(std::nullopt));
    return ok();
  }

  // With `problems`, what cannot be read goes there, and the rest is opened all the same.
  Result<operations::Context*> open(Problems problems) {
    if (context) return &*context;
    BOOST_OUTCOME_TRY(find_paths());
    BOOST_OUTCOME_TRY(unless(use_settings(), problems));
    BOOST_OUTCOME_TRY(unless(read_catalog(), problems));
    if (!catalog) catalog.emplace(operations::Catalog{{}, {}, paths->compose_directories});
    BOOST_OUTCOME_TRY(unless(read_versions_lock(), problems));
    BOOST_OUTCOME_TRY(make_adapters(problems));
    const auto root = settings.values.volumes.root;
    context.emplace(operations::Context{.engine = *engine,
                                        .http = *http,
                                        .clock = *clock,
                                        .state = *state,
                                        .events = *events,
                                        .secrets = *secrets,
                                        .locks = *locks,
                                        .host = *host,
                                        .progress = *progress,
                                        .catalog = *catalog,
                                        .paths = *paths,
                                        .settings = settings.values,
                                        .versions = versions,
                                        .volumes_root = root ? fs::path{*root} : paths->volumes,
                                        .lock_timeout = options.lock_timeout,
                                        .new_operation_id = new_operation_id,
                                        .reload_catalog = [this] { return read_catalog(); }});
    return &*context;
  }
};

Wiring::Wiring(boost::asio::any_io_executor executor, cli::Output& output,
               cli::GlobalOptions options, std::map<std::string, std::string> environment)
    : parts_(new Parts{.executor = std::move(executor),
                       .output = output,
                       .options = std::move(options),
                       .environment = std::move(environment)}) {}

Wiring::~Wiring() = default;

cli::Session Wiring::session() {
  return {.options = parts_->options,
          .output = parts_->output,
          .environment = parts_->environment,
          .open = [this] { return parts_->open(nullptr); },
          .open_anyway = [this](std::vector<Error>& problems) { return parts_->open(&problems); },
          .background = [this]() -> std::shared_ptr<ports::Background> {
            return adapters::posix::make_background(parts_->executor, parts_->paths->state);
          },
          .archives = []() -> std::shared_ptr<ports::Archives> {
            return adapters::archive::make_zip_archives();
          },
          .files = []() -> std::shared_ptr<ports::FileReader> {
            return adapters::archive::make_file_reader();
          },
          .stored_settings = []() -> std::shared_ptr<ports::SettingsDatabase> {
            return adapters::sqlite::make_settings_database();
          },
          .read_settings =
              [this](const std::optional<fs::path>& file) { return parts_->read_settings(file); }};
}

void Wiring::finish_progress() {
  if (parts_->progress) parts_->progress->finish();
}

}  // namespace aistack::app
