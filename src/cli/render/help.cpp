#include "cli/render/help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "cli/render/table.hpp"

namespace aistack::cli {
namespace {

using Kind = Argument::Kind;
// What is listed, and what is said about it.
using Entries = std::vector<std::pair<std::string, std::string>>;

constexpr int kIndent = 2;
constexpr int kWidestLabel = 24;
constexpr int kLeastText = 24;

std::string blanks(int count) {
  return std::string(static_cast<std::size_t>(std::max(0, count)), ' ');
}

// Two columns where there is room for them, else the text below its label.
std::string two_columns(const Entries& entries, int width) {
  int left = 0;
  for (const auto& [label, text] : entries)
    if (const int w = display_width(label); w <= kWidestLabel) left = std::max(left, w);
  const int column = kIndent + left + 2;
  const bool beside = width - column >= kLeastText;
  const int indent = beside ? column : 2 * kIndent;
  std::string result;
  for (const auto& [label, text] : entries) {
    auto line = blanks(kIndent) + label;
    const auto parts = wrap(text, width - indent);
    std::size_t next = 0;
    if (beside && display_width(label) <= left && !parts.empty())
      line += blanks(indent - display_width(line)) + parts[next++];
    result += line + '\n';
    for (; next < parts.size(); ++next) result += blanks(indent) + parts[next] + '\n';
  }
  return result;
}

std::string paragraph(const std::string& text, int width) {
  return join(wrap(text, width), "\n") + '\n';
}

// Words that are not broken, on lines that are indented below the first word.
std::string usage_line(const std::vector<std::string>& words, int width) {
  const std::string begin = "usage: ";
  const auto indent = blanks(display_width(begin) + kIndent);
  std::string text;
  std::string line = begin;
  bool empty = true;
  for (const auto& word : words) {
    if (!empty && display_width(line) + 1 + display_width(word) > width) {
      text += line + '\n';
      line = indent;
      empty = true;
    }
    line += (empty ? "" : " ") + word;
    empty = false;
  }
  return text + line + '\n';
}

Entries entries_of(const std::vector<Argument>& arguments, bool options) {
  Entries entries;
  for (const auto& argument : arguments) {
    const bool is_option = argument.kind == Kind::flag || argument.kind == Kind::option;
    if (is_option == options) entries.emplace_back(label_of(argument), about_of(argument));
  }
  return entries;
}

std::vector<std::string> groups_of(const std::vector<Command>& table) {
  std::vector<std::string> groups;
  for (const auto* known : {group::kServices, group::kData, group::kHardware, group::kSystem})
    groups.emplace_back(known);
  for (const auto& command : table)
    if (!command.group.empty() &&
        std::find(groups.begin(), groups.end(), command.group) == groups.end())
      groups.push_back(command.group);
  return groups;
}

// "status", "catalog show SERVICE": the name with the arguments that are no options.
std::string short_usage(const Command& command) {
  auto text = command.name;
  for (const auto& argument : command.arguments)
    if (argument.kind != Kind::flag && argument.kind != Kind::option)
      text += " " + usage_of(argument);
  return text;
}

std::string list_of(const std::vector<Command>& table, std::string_view first_word, int width) {
  Entries entries;
  const auto prefix = std::string{first_word} + " ";
  for (const auto& command : table)
    if (command.name.starts_with(prefix)) entries.emplace_back(short_usage(command), command.help);
  return entries.empty() ? std::string{} : two_columns(entries, width);
}

std::string command_page(const Command& command, int width) {
  std::vector<std::string> usage{"aistack " + command.name};
  for (const auto& argument : command.arguments) usage.push_back(usage_of(argument));
  auto text = usage_line(usage, width) + '\n' + paragraph(command.help + ".", width);
  if (!command.aliases.empty()) text += "Also: " + join(command.aliases, ", ") + '\n';
  if (const auto entries = entries_of(command.arguments, false); !entries.empty())
    text += "\nArguments\n" + two_columns(entries, width);
  if (const auto entries = entries_of(command.arguments, true); !entries.empty())
    text += "\nOptions\n" + two_columns(entries, width);
  for (const auto& note : command.notes) text += '\n' + paragraph(note, width);
  if (!command.examples.empty()) text += "\nExamples\n";
  for (const auto& example : command.examples) text += blanks(kIndent) + example + '\n';
  return text;
}

}  // namespace

std::string usage_of(const Argument& argument) {
  std::string text;
  switch (argument.kind) {
    case Kind::flag:
      return fmt::format("[{}]", argument.name);
    case Kind::option:
      text = fmt::format("{} {}", argument.name, argument.value_name);
      break;
    case Kind::positional:
      text = argument.name;
      break;
    case Kind::positionals:
      text = argument.name + "…";
      break;
    case Kind::command_tail:
      text = fmt::format("-- {}…", argument.name);
      break;
  }
  return argument.required ? text : fmt::format("[{}]", text);
}

std::string label_of(const Argument& argument) {
  auto text = argument.short_name.empty()
                  ? argument.name
                  : fmt::format("{}, {}", argument.short_name, argument.name);
  if (argument.kind == Kind::option) text += " " + argument.value_name;
  return text;
}

std::string about_of(const Argument& argument) {
  auto text = argument.help;
  if (!argument.choices.empty()) text += ": " + join(argument.choices, ", ");
  if (!argument.default_value.empty()) text += fmt::format(" (default {})", argument.default_value);
  return text;
}

std::string help_overview(const std::vector<Command>& table, int width) {
  auto text = paragraph("aistack runs a local AI stack in containers.", width) + '\n' +
              usage_line({"aistack", "[OPTION…]", "COMMAND", "[ARGUMENT…]"}, width);
  for (const auto& group : groups_of(table)) {
    Entries entries;
    for (const auto& command : table)
      if (command.group == group) entries.emplace_back(command.name, command.help);
    if (!entries.empty()) text += '\n' + group + '\n' + two_columns(entries, width);
  }
  text += "\nOptions of every command\n" + two_columns(entries_of(global_arguments(), true), width);
  return text + '\n' + paragraph("More about a command: aistack help COMMAND", width);
}

std::optional<std::string> help_command(const std::vector<Command>& table, std::string_view name,
                                        int width) {
  const auto* const command = find_command(table, name);
  auto list = list_of(table, name, width);
  if (command == nullptr && list.empty()) return std::nullopt;
  std::string text = command == nullptr
                         ? usage_line({fmt::format("aistack {}", name), "COMMAND"}, width)
                         : command_page(*command, width);
  if (!list.empty()) text += "\nCommands\n" + list;
  return text;
}

}  // namespace aistack::cli
