#include "app/wiring.hpp"

#include <fmt/format.h>
#include <signal.h>
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
#include "adapters/posix/program_log.hpp"
#include "adapters/posix/secret_store.hpp"
#include "adapters/posix/service_locks.hpp"
#include "adapters/posix/state_store.hpp"
#include "adapters/sqlite/settings_database.hpp"
#include "adapters/yaml/settings_file.hpp"
#include "cli/render/error.hpp"
#include "cli/render/progress.hpp"
#include "operations/context.hpp"
#include "operations/diagnose_secrets.hpp"

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
  cli::CommandLog::About about;

  std::unique_ptr<ports::Clock> clock = adapters::posix::make_clock();
  cli::CommandLog log{*clock, about};  // outlives the engine, which tells it of calls
  std::optional<domain::Paths> paths;
  domain::EffectiveSettings settings;
  std::unique_ptr<ports::ContainerEngine> engine;
  std::unique_ptr<ports::HttpClient> http;
  std::unique_ptr<ports::StateStore> state;
  std::unique_ptr<ports::EventLog> events;
  std::unique_ptr<ports::SecretStore> secrets;
  std::unique_ptr<ports::ServiceLocks> locks;
  std::unique_ptr<ports::Host> host;
  std::unique_ptr<cli::ProgressDisplay> display;
  std::unique_ptr<operations::Progress> recorded_progress;
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
        .endpoint = std::move(endpoint),
        .deadlines = {},
        .logins = {environment, read_file},
        .observer = engine_observer(),
        .slow = slow_observer(found ? found.value() : kUsualEndpoint)};
    BOOST_OUTCOME_TRY(engine, engine::make_engine(executor, std::move(its_options)));
    http = http::make_http_client(executor);
    state = adapters::posix::make_state_store(paths->state);
    events = adapters::posix::make_event_log(paths->events_log());
    secrets = adapters::posix::make_secret_store(paths->secrets);
    locks = adapters::posix::make_service_locks(paths->run, *clock);
    host = adapters::posix::make_host();
    display = cli::make_progress(output, *clock, options);
    return ok();
  }

  // --- aistack.log ---

  void open_log(const domain::Settings::Logging& logging) {
    if (log.state() != cli::CommandLog::State::undecided) return;
    if (!log.writes(logging.level)) return log.close();
    signal(SIGXFSZ, SIG_IGN);  // a log that may not grow is no reason to die
    const auto missing = about.effect == cli::Effect::erases ? adapters::posix::Missing::leave
                                                             : adapters::posix::Missing::make;
    log.open(adapters::posix::make_program_log(paths->program_log(), logging.format, missing),
             logging.level, adapters::posix::find_caller(environment));
  }

  // Of a command that ended before it needed anything, or whose configuration is broken.
  void open_log_at_last() {
    if (log.state() != cli::CommandLog::State::undecided || about.effect == cli::Effect::reads ||
        !find_paths())
      return;
    const auto found = read_settings(std::nullopt);
    open_log(found ? found.value().values.logging : domain::Settings::Logging{});
  }

  bool log_is_open() const { return log.state() == cli::CommandLog::State::open; }

  engine::EngineObserver engine_observer() {
    if (!log_is_open() || settings.values.logging.level != domain::LogLevel::debug) return {};
    return [this](const engine::EngineCall& call) {
      log.engine_call(call.method, call.path, call.status, call.took);
    };
  }

  engine::SlowObserver slow_observer(std::string endpoint) {
    if (options.quiet) return {};
    return [this, endpoint](std::chrono::milliseconds waited, std::chrono::milliseconds allowed) {
      output.error_line(
          fmt::format("note: the engine at {} has not answered for {}; it is given {}", endpoint,
                      to_short(waited), to_short(allowed)),
          cli::Priority::warning);
    };
  }

  void record() {
    if (!log_is_open()) return;
    recorded_progress = log.record(*display);
    events = log.record(std::move(events));
  }

  std::vector<std::string> known_secrets() {
    std::vector<operations::MissingPart> unread;
    const auto files = adapters::archive::make_file_reader();
    return operations::known_secrets(*context, *files, {}, unread);
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
    open_log(settings.values.logging);
    BOOST_OUTCOME_TRY(unless(read_catalog(), problems));
    if (!catalog) catalog.emplace(operations::Catalog{{}, {}, paths->compose_directories});
    BOOST_OUTCOME_TRY(unless(read_versions_lock(), problems));
    BOOST_OUTCOME_TRY(make_adapters(problems));
    record();
    const auto root = settings.values.volumes.root;
    context.emplace(operations::Context{
        .engine = *engine,
        .http = *http,
        .clock = *clock,
        .state = *state,
        .events = *events,
        .secrets = *secrets,
        .locks = *locks,
        .host = *host,
        .progress =
            recorded_progress ? *recorded_progress : static_cast<operations::Progress&>(*display),
        .catalog = *catalog,
        .paths = *paths,
        .settings = settings.values,
        .versions = versions,
        .volumes_root = root ? fs::path{*root} : paths->volumes,
        .lock_timeout = options.lock_timeout,
        .new_operation_id = new_operation_id,
        .reload_catalog = [this] { return read_catalog(); }});
    log.set_secrets([this] { return known_secrets(); });
    return &*context;
  }
};

Wiring::Wiring(boost::asio::any_io_executor executor, cli::Output& output,
               cli::GlobalOptions options, std::map<std::string, std::string> environment,
               cli::CommandLog::About about)
    : parts_(new Parts{.executor = std::move(executor),
                       .output = output,
                       .options = std::move(options),
                       .environment = std::move(environment),
                       .about = std::move(about)}) {
  output.set_witness(&parts_->log);
}

Wiring::~Wiring() {
  parts_->output.set_witness(nullptr);
}

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

void Wiring::finish(int exit_code) {
  if (parts_->display) parts_->display->finish();
  parts_->open_log_at_last();
  parts_->log.finish(exit_code);
  parts_->output.set_witness(nullptr);
  if (const auto complaint = parts_->log.complaint())
    cli::print_note(parts_->output, *complaint, parts_->options.quiet);
}

void Wiring::fail(const Error& bug) {
  parts_->log.error(bug);
  finish(cli::exit_code(bug.code));
}

}  // namespace aistack::app
