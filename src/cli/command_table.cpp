#include "cli/command_table.hpp"

#include <iterator>
#include <utility>

#include "cli/commands/commands.hpp"

namespace aistack::cli {
namespace {

std::vector<Command> collect() {
  std::vector<Command> table;
  const auto add = [&](Command command) { table.push_back(std::move(command)); };
  const auto add_all = [&](std::vector<Command> commands) {
    std::move(commands.begin(), commands.end(), std::back_inserter(table));
  };
  add(install_command());
  add(start_command());
  add(stop_command());
  add(restart_command());
  add(status_command());
  add(health_command());
  add(logs_command());
  add(repair_command());
  add_all(update_commands());
  add_all(versions_commands());
  add(backend_command());
  add(remove_command());
  add(purge_command());
  add(secret_command());
  add_all(catalog_commands());
  add_all(config_commands());
  add(doctor_command());
  add(diag_command());
  add(completion_command());
  add(version_command());
  add(help_command());
  add(man_command());
  return table;
}

}  // namespace

const std::vector<Command>& command_table() {
  static const std::vector<Command> table = collect();
  return table;
}

}  // namespace aistack::cli
