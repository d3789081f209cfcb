#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "operations/doctor_checks.hpp"

namespace aistack::operations {
namespace {

// Every mistake of a file is a line of `why`; each gets a row.
void add_lines(Checks& rows, const std::string& name, const Error& problem,
               const std::vector<std::string>& fix) {
  const auto lines = split(problem.why, '\n');
  for (const auto& line : lines)
    if (!line.empty())
      rows.push_back(failed(name, line, problem.next.empty() ? fix : problem.next));
}

void add_problems(Checks& rows, const std::string& name, const std::vector<Error>& problems,
                  ErrorCode code, const std::vector<std::string>& fix) {
  const std::vector<std::string> check_address{
      "check DOCKER_HOST, and engine.socket in config.yaml"};
  for (const auto& problem : problems)
    if (problem.code == code)
      add_lines(rows, name, problem, is_about_engine_address(problem) ? check_address : fix);
}

bool about_a_file(ErrorCode code) {
  return code == ErrorCode::kBadConfig || code == ErrorCode::kBadVersionsLock ||
         code == ErrorCode::kBadCatalog;
}

std::vector<std::string> service_names(const Catalog& catalog) {
  std::vector<std::string> names;
  for (const auto& entry : catalog.entries()) names.push_back(entry.name);
  for (const auto& broken : catalog.broken()) names.push_back(broken.name);
  return names;
}

}  // namespace

// A file's mistakes come without a headline; app/wiring gives this one its own.
bool is_about_engine_address(const Error& problem) {
  return problem.code == ErrorCode::kBadConfig && problem.what.starts_with("cannot tell where");
}

Checks configuration_checks(const Context& context, const std::vector<Error>& problems) {
  constexpr auto kName = "configuration";
  Checks rows;
  add_problems(rows, kName, problems, ErrorCode::kBadConfig, {"aistack config test"});
  // Whatever else kept something from being opened (a directory that may not be read).
  for (const auto& problem : problems)
    if (!about_a_file(problem.code)) add_lines(rows, kName, problem, {});
  if (!rows.empty()) return rows;
  std::vector<std::string> files;
  for (const auto& file : context.paths.config_files)
    if (context.host.exists(file.path)) files.push_back(file.path.string());
  return {passed(kName, files.empty() ? "no file: every setting has its default"
                                      : "valid: " + join(files, ", "))};
}

Checks catalog_checks(const Context& context, const std::vector<Error>& problems) {
  constexpr auto kName = "catalog";
  Checks rows;
  add_problems(rows, kName, problems, ErrorCode::kBadCatalog, {"aistack catalog"});
  for (const auto& broken : context.catalog.broken())
    add_lines(rows, fmt::format("{} {}", kName, broken.name), broken.error,
              {"edit the file at that line", "aistack catalog"});
  const auto names = service_names(context.catalog);
  if (rows.empty() && names.empty()) {
    std::vector<std::string> directories;
    for (const auto& directory : context.catalog.directories())
      directories.push_back(directory.string());
    return {failed(kName, "no service in " + join(directories, ", "),
                   {"install the package again, or check AISTACK_COMPOSE_DIR"})};
  }
  if (rows.empty()) rows.push_back(passed(kName, join(names, ", ")));
  return rows;
}

Checks versions_lock_checks(const Context& context, const std::vector<Error>& problems) {
  constexpr auto kName = "versions.lock";
  const auto file = context.paths.versions_lock.string();
  Checks rows;
  add_problems(rows, kName, problems, ErrorCode::kBadVersionsLock,
               {fmt::format("edit {} at that line", file)});
  const auto names = service_names(context.catalog);
  for (const auto& [service, reference] : context.versions.references()) {
    if (std::find(names.begin(), names.end(), service) != names.end()) continue;
    const auto guess = nearest(service, names);
    rows.push_back(warned(
        kName,
        fmt::format("{} names the service {}, which the catalog does not have{}", file,
                    printable(service), guess ? fmt::format(": did you mean {}?", *guess) : ""),
        {"edit " + file}));
  }
  if (!rows.empty()) return rows;
  const auto count = context.versions.references().size();
  return {passed(kName, count == 0 ? "locks nothing: services run what their files name"
                                   : fmt::format("valid, {} locked", count))};
}

}  // namespace aistack::operations
