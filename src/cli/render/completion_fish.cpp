#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/render/completion.hpp"
#include "cli/render/completion_rules.hpp"

namespace aistack::cli {
namespace {

using Kind = Argument::Kind;

// A text between single quotes of fish, where a backslash escapes.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

// What may follow, as arguments of `complete`.
std::string candidates_of(const Argument& argument) {
  switch (argument.completes) {
    case Argument::Completes::service:
      return " -a '(aistack catalog --names 2>/dev/null)'";
    case Argument::Completes::profile:
      return " -a '(aistack catalog --profiles 2>/dev/null)'";
    case Argument::Completes::provider:
    case Argument::Completes::choice:
      return " -a " + quoted(join(argument.choices, " "));
    case Argument::Completes::file:
      return " -F";
    case Argument::Completes::directory:
      return " -a '(__fish_complete_directories)'";
    case Argument::Completes::nothing:
      break;
  }
  return {};
}

std::string option_line(const std::string& condition, const Argument& argument) {
  auto line = "complete -c aistack" + condition + " -l " + argument.name.substr(2);
  if (!argument.short_name.empty()) line += " -s " + argument.short_name.substr(1);
  // -x would forbid the files that -F asks for.
  const bool file = argument.completes == Argument::Completes::file;
  if (argument.kind == Kind::option) line += (file ? " -r" : " -x") + candidates_of(argument);
  return line + " -d " + quoted(argument.help) + "\n";
}

std::string condition_of(const Command& command) {
  const auto words = split(command.name, ' ');
  if (words.size() == 2) return fmt::format(" -n '__aistack_is {} {}'", words[0], words[1]);
  auto names = command.aliases;
  names.insert(names.begin(), command.name);
  return fmt::format(" -n '__fish_seen_subcommand_from {}'", join(names, " "));
}

std::string command_lines(const Command& command) {
  const auto condition = condition_of(command);
  std::string text;
  for (const auto& argument : command.arguments) {
    if (argument.kind == Kind::flag || argument.kind == Kind::option)
      text += option_line(condition, argument);
    else if (argument.kind == Kind::command_tail)
      text += "complete -c aistack" + condition + " -a '(__fish_complete_subcommand)'\n";
    else if (const auto candidates = candidates_of(argument); !candidates.empty())
      text += "complete -c aistack" + condition + candidates + "\n";
  }
  return text;
}

constexpr std::string_view kHead =
    R"fish(# fish completion for aistack; made by "aistack completion fish"
function __aistack_words
    commandline -opc | string match -v -- '-*'
end

function __aistack_is
    set -l words (__aistack_words)
    test (count $words) -ge 3; and test "$words[2]" = $argv[1]; and test "$words[3]" = $argv[2]
end

function __aistack_needs_second
    set -l words (__aistack_words)
    test (count $words) -eq 2; and test "$words[2]" = $argv[1]
end

complete -c aistack -f
)fish";

}  // namespace

std::string fish_completion(const std::vector<Command>& table) {
  std::string text{kHead};
  for (const auto& argument : global_arguments()) text += option_line("", argument);
  for (const auto& word : first_words(table))
    text += fmt::format("complete -c aistack -n __fish_use_subcommand -a {} -d {}\n", word,
                        quoted(help_of(table, word)));
  for (const auto& first : first_words(table))
    for (const auto& second : second_words(table, first))
      text += fmt::format("complete -c aistack -n '__aistack_needs_second {}' -a {} -d {}\n", first,
                          second, quoted(help_of(table, first + " " + second)));
  for (const auto* const command : visible_commands(table)) text += command_lines(*command);
  return text;
}

}  // namespace aistack::cli
