#include <utility>

#include "cli/command_table.hpp"

namespace aistack::cli {

Argument Argument::with_short(std::string text) && {
  short_name = std::move(text);
  return std::move(*this);
}

Argument Argument::with_choices(std::vector<std::string> list) && {
  choices = std::move(list);
  completes = Completes::choice;
  return std::move(*this);
}

Argument Argument::with_default(std::string text) && {
  default_value = std::move(text);
  return std::move(*this);
}

Argument Argument::with_completion(Completes what) && {
  completes = what;
  return std::move(*this);
}

Argument Argument::as_required() && {
  required = true;
  return std::move(*this);
}

Argument flag(std::string name, std::string help) {
  return {.kind = Argument::Kind::flag, .name = std::move(name), .help = std::move(help)};
}

Argument option(std::string name, std::string value_name, std::string help) {
  return {.kind = Argument::Kind::option,
          .name = std::move(name),
          .value_name = std::move(value_name),
          .help = std::move(help)};
}

Argument positional(std::string name, std::string help) {
  return {.kind = Argument::Kind::positional, .name = std::move(name), .help = std::move(help)};
}

Argument positionals(std::string name, std::string help) {
  return {.kind = Argument::Kind::positionals, .name = std::move(name), .help = std::move(help)};
}

Argument command_tail(std::string name, std::string help) {
  return {.kind = Argument::Kind::command_tail, .name = std::move(name), .help = std::move(help)};
}

Argument service_argument(std::string help) {
  return positional("SERVICE", std::move(help))
      .with_completion(Argument::Completes::service)
      .as_required();
}

Argument services_argument(std::string help) {
  return positionals("SERVICE", std::move(help))
      .with_completion(Argument::Completes::service)
      .as_required();
}

const std::vector<Argument>& global_arguments() {
  static const std::vector<Argument> arguments{
      flag("--json", "Print the answer as JSON"),
      flag("--quiet", "No progress and no notes").with_short("-q"),
      flag("--verbose", "Say more").with_short("-v"),
      flag("--no-color", "No colours (so does NO_COLOR)"),
      flag("--yes", "Answer every question with yes").with_short("-y"),
      option("--config", "FILE", "Read this configuration instead of the usual files")
          .with_completion(Argument::Completes::file),
      option("--lock-timeout", "TIME", "Wait this long for another aistack to finish (0)"),
      flag("--version", "Print the version"),
      flag("--help", "Print this help, or that of a command").with_short("-h"),
  };
  return arguments;
}

Effect always_changes(const Arguments&) {
  return Effect::changes;
}

const Command* find_command(const std::vector<Command>& table, std::string_view name) {
  for (const auto& command : table) {
    if (command.name == name) return &command;
    for (const auto& alias : command.aliases)
      if (alias == name) return &command;
  }
  return nullptr;
}

}  // namespace aistack::cli
