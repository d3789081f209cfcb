#include "operations/diagnose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "operations/diagnose_bundle.hpp"
#include "operations/diagnose_engine.hpp"
#include "operations/diagnose_secrets.hpp"

namespace aistack::operations {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr auto kWho = "diag";  // in the progress display
constexpr std::uint64_t kMostConfigBytes = 16 << 20;

std::string text_of(ports::FileReader& files, const fs::path& path) {
  constexpr std::uint64_t kMost = 4096;
  auto opened = files.open(path, ports::Links::follow, kMost);
  if (!opened || !opened.value()) return "";
  const auto block = opened.value()->next();
  return block ? std::string{trim(block.value())} : "";
}

// "Debian GNU/Linux 12 (bookworm)"
std::string system_name(ports::FileReader& files) {
  constexpr std::string_view kKey = "PRETTY_NAME=\"";
  const auto text = text_of(files, "/etc/os-release");
  const auto begin = text.find(kKey);
  if (begin == std::string::npos) return "";
  const auto rest = text.substr(begin + kKey.size());
  return rest.substr(0, rest.find('"'));
}

Json head(const Context& context, ports::FileReader& files) {
  return {{"schema", 1},
          {"created", to_iso8601(context.clock.now())},
          {"aistack", AISTACK_VERSION},
          {"host",
           {{"name", text_of(files, "/proc/sys/kernel/hostname")},
            {"system", system_name(files)},
            {"kernel", text_of(files, "/proc/sys/kernel/osrelease")}}}};
}

Json disk_row(ports::Host& host, const fs::path& path) {
  const auto space = host.disk_space(path);
  if (!space) return {{"path", path.string()}, {"why", space.error().why}};
  return {{"path", path.string()},
          {"free_bytes", space.value().free_bytes},
          {"total_bytes", space.value().total_bytes}};
}

Result<> add_host(Context& context, Bundle& bundle, ports::FileReader& files) {
  auto document = head(context, files)["host"];
  document["disks"] = Json::array(
      {disk_row(context.host, context.paths.state), disk_row(context.host, context.volumes_root)});
  document["memory"] = Json::array();
  for (const auto& line : split(text_of(files, "/proc/meminfo"), '\n'))
    if (line.starts_with("Mem") || line.starts_with("Swap")) document["memory"].push_back(line);
  document["load"] = text_of(files, "/proc/loadavg");
  return bundle.add_json("host.json", document);
}

bool is_catalog_file(const std::string& name) {
  return name.ends_with(".yaml") || name.ends_with(".yml");
}

Task<> add_directory(Bundle& bundle, ports::FileReader& files, fs::path directory,
                     bool (*wanted)(const std::string& name)) {
  const auto list = files.list(directory);
  if (!list) bundle.missing(directory.string(), list.error().why);
  if (!list) co_return ok();
  for (const auto& file : list.value()) {
    if (!wanted(file.name)) continue;
    const auto path = directory / file.name;
    const auto name = "config/" + name_in_archive(path);
    const Bundle::Source source{path, ports::Links::follow, kMostConfigBytes};
    BOOST_OUTCOME_CO_TRY(co_await bundle.copy(files, name, source));
  }
  co_return ok();
}

Json settings_json(const std::vector<domain::SettingRow>& rows) {
  auto document = Json::object();
  for (const auto& row : rows) {
    const auto source = row.source
                            ? fmt::format("{}:{}", row.source->file.string(), row.source->line)
                            : std::string{"default"};
    document[row.key] = {{"value", row.json}, {"source", source}};
  }
  return document;
}

Task<> add_configuration(Context& context, Bundle& bundle, ports::FileReader& files,
                         const DiagnoseRequest& request) {
  context.progress.step(kWho, "configuration");
  if (!request.settings.empty()) {
    BOOST_OUTCOME_CO_TRY(bundle.add_json("config/settings.json", settings_json(request.settings)));
  }
  auto paths = std::vector<fs::path>{};
  for (const auto& file : context.paths.config_files) paths.push_back(file.path);
  paths.push_back(context.paths.versions_lock);
  for (const auto& path : paths) {
    const auto name = "config/" + name_in_archive(path);
    const Bundle::Source source{path, ports::Links::follow, kMostConfigBytes};
    BOOST_OUTCOME_CO_TRY(co_await bundle.copy(files, name, source));
  }
  for (const auto& directory : context.paths.compose_directories) {
    BOOST_OUTCOME_CO_TRY(co_await add_directory(bundle, files, directory, is_catalog_file));
  }
  co_return ok();
}

// As they lie there: one that cannot be read by aistack is the interesting one.
Task<> add_state(Context& context, Bundle& bundle, ports::FileReader& files) {
  context.progress.step(kWho, "state");
  const auto list = files.list(context.paths.state);
  if (!list) bundle.missing("state", list.error().why);
  if (!list) co_return ok();
  for (const auto& file : list.value()) {
    if (!file.name.ends_with(".json") || file.name.starts_with('.')) continue;
    const auto name = "state/" + name_in_archive(file.name);
    const Bundle::Source source{context.paths.state / file.name, ports::Links::refuse,
                                kMostConfigBytes};
    BOOST_OUTCOME_CO_TRY(co_await bundle.copy(files, name, source));
  }
  co_return ok();
}

// aistack.log, and what logrotate makes of it: aistack.log.1, aistack.log.2.gz,
// aistack.log-20261123.
bool is_own_log(const std::string& name) {
  constexpr auto kLogs =
      std::to_array<std::string_view>({"aistack.log", "events.log", "metrics.log"});
  return std::any_of(kLogs.begin(), kLogs.end(), [&](std::string_view log) {
    return name == log ||
           (name.starts_with(log) && (name[log.size()] == '.' || name[log.size()] == '-'));
  });
}

// Compressed ones come uncompressed: their text has to pass the redactor too.
std::string log_name(const std::string& file) {
  const fs::path path{name_in_archive(file)};
  const auto extension = path.extension();
  const bool compressed =
      extension == ".gz" || extension == ".xz" || extension == ".bz2" || extension == ".zst";
  return "logs/" + (compressed ? path.stem() : path).string();
}

Task<> add_own_logs(Context& context, Bundle& bundle, ports::FileReader& files) {
  const auto list = files.list(context.paths.log);
  if (!list) bundle.missing("logs", list.error().why);
  if (!list) co_return ok();
  for (const auto& file : list.value()) {
    if (!is_own_log(file.name)) continue;
    context.progress.step(kWho,
                          fmt::format("{} ({})", printable(file.name), human_bytes(file.bytes)));
    const Bundle::Source source{context.paths.log / file.name, ports::Links::refuse, kOwnLogBytes};
    BOOST_OUTCOME_CO_TRY(co_await bundle.copy(files, log_name(file.name), source));
  }
  co_return ok();
}

Task<> fill(Context& context, Bundle& bundle, ports::FileReader& files, const EngineEvidence& facts,
            const DiagnoseRequest& request) {
  for (const auto& problem : request.problems)
    bundle.missing(problem.what.empty() ? "configuration" : problem.what, problem.why);
  for (const auto& broken : context.catalog.broken())
    bundle.missing("catalog file of " + broken.name, broken.error.why);
  BOOST_OUTCOME_CO_TRY(add_host(context, bundle, files));
  BOOST_OUTCOME_CO_TRY(co_await add_engine(context, bundle, facts, files));
  bundle.missing("GPU devices", "this version of aistack does not read NVML: run nvidia-smi -q");
  if (facts.problem) {
    for (const auto* const part : {"health", "engine", "containers"})
      bundle.missing(part, facts.problem->why);
  } else {
    context.progress.step(kWho, "health");
    BOOST_OUTCOME_CO_TRY(co_await add_health(context, bundle, facts));
  }
  if (request.configuration) {
    BOOST_OUTCOME_CO_TRY(co_await add_configuration(context, bundle, files, request));
  } else {
    bundle.missing("configuration", "--no-config");
  }
  BOOST_OUTCOME_CO_TRY(co_await add_state(context, bundle, files));
  if (!request.logs) {
    bundle.missing("logs", "--no-logs");
    co_return ok();
  }
  context.progress.step(kWho, "logs of the containers");
  BOOST_OUTCOME_CO_TRY(co_await add_container_logs(context, bundle, facts));
  co_return co_await add_own_logs(context, bundle, files);
}

Error about(Error error, const fs::path& output) {
  if (error.code == ErrorCode::kConflict)
    error = with_next(std::move(error), "aistack diag --output ANOTHER_FILE");
  if (error.code == ErrorCode::kDiskFull)
    error = with_next(std::move(error), "aistack diag --output FILE on another disk, or --no-logs");
  error = with_what(std::move(error), fmt::format("cannot write {}", output.string()));
  return with_state(std::move(error), "nothing was written");
}

}  // namespace

Task<DiagnoseReport> diagnose(Context& context, DiagnoseTools tools, DiagnoseRequest request) {
  auto created = tools.archives.create(request.output);
  if (!created) co_return about(created.error(), request.output);
  const auto archive = std::move(created).value();
  context.progress.step(kWho, "asking the engine");
  const auto facts = co_await gather_engine(context);
  if (!facts) co_return about(facts.error(), request.output);
  std::vector<MissingPart> unread;
  const domain::redaction::Rules rules{known_secrets(context, tools.files, facts.value(), unread)};
  Bundle bundle{*archive, rules, context.clock};
  for (auto& part : unread) bundle.missing(std::move(part.part), std::move(part.why));
  const auto filled = co_await fill(context, bundle, tools.files, facts.value(), request);
  if (!filled) co_return about(filled.error(), request.output);
  const auto asked = co_await give_turn();
  if (!asked) co_return about(asked.error(), request.output);
  const auto listed = bundle.finish(head(context, tools.files));
  if (!listed) co_return about(listed.error(), request.output);
  const auto bytes = archive->commit();
  if (!bytes) co_return about(bytes.error(), request.output);
  context.progress.done(kWho, "written");
  co_return DiagnoseReport{.path = request.output,
                           .bytes = bytes.value(),
                           .redacted = bundle.redacted(),
                           .files = bundle.files(),
                           .missing = bundle.missing()};
}

}  // namespace aistack::operations
