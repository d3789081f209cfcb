#include "cli/render/completion_rules.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace aistack::cli {
namespace {

void add_once(std::vector<std::string>& words, std::string word) {
  if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(std::move(word));
}

}  // namespace

std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

std::vector<const Command*> visible_commands(const std::vector<Command>& table) {
  std::vector<const Command*> commands;
  for (const auto& command : table)
    if (!command.group.empty()) commands.push_back(&command);
  return commands;
}

std::vector<std::string> first_words(const std::vector<Command>& table) {
  std::vector<std::string> words;
  for (const auto* const command : visible_commands(table)) {
    add_once(words, split(command->name, ' ')[0]);
    for (const auto& alias : command->aliases) add_once(words, alias);
  }
  return words;
}

std::vector<std::string> second_words(const std::vector<Command>& table, const std::string& first) {
  std::vector<std::string> words;
  for (const auto* const command : visible_commands(table)) {
    const auto parts = split(command->name, ' ');
    if (parts.size() == 2 && parts[0] == first) add_once(words, parts[1]);
  }
  return words;
}

std::vector<std::string> option_words(const std::vector<Argument>& arguments) {
  std::vector<std::string> words;
  for (const auto& argument : arguments) {
    if (argument.kind != Argument::Kind::flag && argument.kind != Argument::Kind::option) continue;
    words.push_back(argument.name);
    if (!argument.short_name.empty()) words.push_back(argument.short_name);
  }
  return words;
}

const Argument* positional_at(const Command& command, std::size_t index) {
  for (const auto& argument : command.arguments) {
    if (argument.kind == Argument::Kind::flag || argument.kind == Argument::Kind::option) continue;
    if (argument.kind != Argument::Kind::positional) return &argument;
    if (index == 0) return &argument;
    --index;
  }
  return nullptr;
}

std::string help_of(const std::vector<Command>& table, const std::string& name) {
  if (const auto* const command = find_command(table, name)) return command->help;
  return join(second_words(table, name), ", ");
}

}  // namespace aistack::cli
