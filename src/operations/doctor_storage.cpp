#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/update_plan.hpp"
#include "operations/doctor_checks.hpp"
#include "operations/purge_plan.hpp"
#include "operations/service_record.hpp"
#include "operations/ui_binding.hpp"

namespace aistack::operations {
namespace {

namespace fs = std::filesystem;

// Below the first, images cannot be pulled; below the second, the next model may not fit.
constexpr std::uint64_t kTooLittle = std::uint64_t{1} << 30;
constexpr std::uint64_t kLittle = std::uint64_t{10} << 30;
constexpr std::uint64_t kAlmostFull = 95;  // percent

constexpr unsigned kOthers = 0077;
constexpr unsigned kOthersWrite = 0022;
constexpr auto kUpdatePlan = "_update_plan.json";
constexpr auto kServiceRecord = "_service.json";

const std::vector<std::string> kMakeRoom{"docker system df   (shows what takes the space)",
                                         "docker image prune"};

// Absent: it is made when it is needed.
void check_directory(ports::Host& host, const fs::path& path, unsigned forbidden, Checks& rows) {
  const auto name = "directory " + path.string();
  const auto status = host.path_status(path);
  if (!status) return;
  if (status->kind != ports::PathStatus::Kind::directory) {
    rows.push_back(
        failed(name, "it is not a directory", {fmt::format("mv {0} {0}.bad", path.string())}));
    return;
  }
  if ((status->mode & forbidden) != 0)
    rows.push_back(
        failed(name, fmt::format("mode {:04o}: others may do too much", status->mode),
               {fmt::format("chmod {:04o} {}", status->mode & ~forbidden, path.string())}));
  if (!status->writable)
    rows.push_back(failed(name, "it may not be written by this user",
                          {"run aistack with sudo, as it was installed"}));
}

void check_private_files(ports::Host& host, const fs::path& directory, const std::string& suffix,
                         Checks& rows) {
  const auto names = host.list_directory(directory);
  if (!names) {
    rows.push_back(failed("directory " + directory.string(), names.error().why,
                          {"run aistack with sudo, as it was installed"}));
    return;
  }
  for (const auto& name : names.value()) {
    if (!name.ends_with(suffix)) continue;
    const auto path = directory / name;
    const auto status = host.path_status(path);
    if (status && (status->mode & kOthers) != 0)
      rows.push_back(failed("file " + path.string(),
                            fmt::format("mode {:04o}: others may read it", status->mode),
                            {"chmod 0600 " + path.string()}));
  }
}

void check_open_update(const std::string& path, const nlohmann::json& document, Checks& rows) {
  const auto plan = domain::update_plan_from_json(document);
  if (!plan) {
    rows.push_back(failed("file " + path, plan.error().why, {fmt::format("mv {0} {0}.bad", path)}));
    return;
  }
  if (domain::recovery_of(plan.value()) == domain::Recovery::nothing) return;
  rows.push_back(warned("update " + plan.value().service,
                        fmt::format("begun {} and not finished: it runs, or it was killed",
                                    to_iso8601(plan.value().started)),
                        {"aistack status   (finishes or undoes one that was killed)"}));
}

}  // namespace

Checks disk_checks(ports::Host& host, const fs::path& path) {
  const auto name = "disk " + path.string();
  const auto space = host.disk_space(path);
  if (!space) return {failed(name, space.error().why, {})};
  const auto [free, total] = space.value();
  const auto used = total == 0 ? 0 : 100 - free * 100 / total;
  const auto detail =
      fmt::format("{} free of {} ({} % used)", human_bytes(free), human_bytes(total), used);
  if (free < kTooLittle) return {failed(name, detail, kMakeRoom)};
  if (free < kLittle || used >= kAlmostFull) return {warned(name, detail, kMakeRoom)};
  return {passed(name, detail)};
}

Checks directory_checks(ports::Host& host, const StoragePlaces& places) {
  Checks rows;
  check_directory(host, places.state, kOthersWrite, rows);
  check_directory(host, places.secrets, kOthers, rows);
  check_directory(host, places.volumes, kOthersWrite, rows);
  check_directory(host, places.log, kOthersWrite, rows);
  check_private_files(host, places.state, ".json", rows);
  check_private_files(host, places.secrets, ".env", rows);
  check_private_files(host, places.secrets, ".env.previous", rows);
  if (rows.empty())
    rows.push_back(
        passed("directories", places.state.string() + " and the others: private, writable"));
  return rows;
}

Checks document_checks(ports::StateStore& state) {
  constexpr auto kName = "state documents";
  const auto names = state.list();
  if (!names) return {failed(kName, names.error().why, names.error().next)};
  Checks rows;
  for (const auto& name : names.value()) {
    const auto document = state.read(name);
    if (!document) {
      rows.push_back(
          failed("file " + state.path(name), document.error().why, document.error().next));
      continue;
    }
    if (!document.value()) continue;  // gone meanwhile
    if (name.ends_with(kUpdatePlan)) check_open_update(state.path(name), *document.value(), rows);
    if (name == kUiBinding && document.value()->contains("status") &&
        document.value()->at("status") == "switching")
      rows.push_back(warned("backend", "a switch was begun and not finished", {"aistack status"}));
    if (name == kPurgePlan)
      rows.push_back(warned("purge", "one was begun and not finished", {"aistack purge --all"}));
    if (!name.ends_with(kServiceRecord)) continue;
    const auto record =
        read_record(state, name.substr(0, name.size() - std::string_view{kServiceRecord}.size()));
    if (!record)
      rows.push_back(failed("file " + state.path(name), record.error().why, record.error().next));
  }
  if (rows.empty())
    rows.push_back(
        passed(kName, fmt::format("{} readable, nothing left open", names.value().size())));
  return rows;
}

}  // namespace aistack::operations
