#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/render/completion.hpp"
#include "cli/render/completion_rules.hpp"

namespace aistack::cli {
namespace {

using Kind = Argument::Kind;

// In a spec of _arguments, ":" ends the message and "[" "]" enclose the explanation.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string action_of(const Argument& argument) {
  switch (argument.completes) {
    case Argument::Completes::service:
      return "_aistack_services";
    case Argument::Completes::profile:
      return "_aistack_profiles";
    case Argument::Completes::provider:
    case Argument::Completes::choice:
      return fmt::format("({})", join(argument.choices, " "));
    case Argument::Completes::file:
      return "_files";
    case Argument::Completes::directory:
      return "_files -/";
    case Argument::Completes::nothing:
      break;
  }
  return {};
}

// The specs of one argument; an option with two names has two.
std::vector<std::string> specs_of(const Argument& argument, std::size_t& position) {
  const auto help = escaped(argument.help);
  const auto action = action_of(argument);
  switch (argument.kind) {
    case Kind::flag:
    case Kind::option: {
      const auto value = argument.kind == Kind::option
                             ? fmt::format(":{}:{}", escaped(argument.value_name), action)
                             : std::string{};
      std::vector<std::string> specs{fmt::format("{}[{}]{}", argument.name, help, value)};
      if (!argument.short_name.empty())
        specs.push_back(fmt::format("{}[{}]{}", argument.short_name, help, value));
      return specs;
    }
    case Kind::positional:
      return {fmt::format("{}::{}:{}", ++position, help, action)};
    case Kind::positionals:
      return {fmt::format("*:{}:{}", help, action)};
    case Kind::command_tail:
      return {"*::command:_normal"};
  }
  return {};
}

std::string arguments_call(const std::vector<Argument>& arguments) {
  std::string text = "_arguments -s";
  std::size_t position = 0;
  for (const auto* const list : {&global_arguments(), &arguments})
    for (const auto& argument : *list)
      for (const auto& spec : specs_of(argument, position))
        text += " \\\n        " + shell_quoted(spec);
  return text;
}

std::string described(const std::string& word, const std::string& help) {
  return shell_quoted(escaped(word) + ":" + help);
}

std::string first_lines(const std::vector<Command>& table) {
  std::string text;
  for (const auto& word : first_words(table))
    text += "    " + described(word, help_of(table, word)) + "\n";
  return text;
}

std::string second_cases(const std::vector<Command>& table) {
  std::string text;
  for (const auto& first : first_words(table)) {
    const auto seconds = second_words(table, first);
    if (seconds.empty()) continue;
    text += fmt::format("    {})\n      seconds=(\n", shell_quoted(first));
    for (const auto& second : seconds)
      text += "        " + described(second, help_of(table, first + " " + second)) + "\n";
    text += "      )\n      ;;\n";
  }
  return text;
}

std::string command_cases(const std::vector<Command>& table) {
  std::string text;
  for (const auto* const command : visible_commands(table)) {
    auto pattern = shell_quoted(command->name);
    for (const auto& alias : command->aliases) pattern += "|" + shell_quoted(alias);
    text +=
        fmt::format("    {})\n      {}\n      ;;\n", pattern, arguments_call(command->arguments));
  }
  return text;
}

constexpr std::string_view kScript =
    R"zsh(#compdef aistack
# zsh completion for aistack; made by "aistack completion zsh"
_aistack_services() {{
  local -a names=(${{(f)"$(aistack catalog --names 2>/dev/null)"}})
  compadd -a names
}}

_aistack_profiles() {{
  local -a names=(${{(f)"$(aistack catalog --profiles 2>/dev/null)"}})
  compadd -a names
}}

_aistack() {{
  local curcontext="$curcontext" command
  local -a line seconds commands=(
{first}  )
  local -i at=2
  while (( at < CURRENT )) && [[ $words[at] == -* ]]; do
    [[ $words[at] == (--config|--lock-timeout) ]] && (( at += 1 ))
    (( at += 1 ))
  done
  if (( at >= CURRENT )); then
    if [[ $words[CURRENT] == -* ]]; then
      {globals}
    else
      _describe command commands
    fi
    return
  fi
  command=$words[at]
  case "$command" in
{second}  esac
  if (( $#seconds )); then
    if (( at + 1 < CURRENT )) && (( ${{seconds[(I)$words[at+1]:*]}} )); then
      command="$command $words[at+1]"
      (( at += 1 ))
    elif (( at + 1 == CURRENT )) && [[ $words[CURRENT] != -* ]]; then
      _describe command seconds
    fi
  fi
  # What follows sees the command as the first word.
  words=("$command" "${{(@)words[at+1,-1]}}")
  (( CURRENT -= at - 1 ))
  case "$command" in
{commands}  esac
}}

if [[ $funcstack[1] == _aistack ]]; then
  _aistack "$@"
else
  compdef _aistack aistack
fi
)zsh";

}  // namespace

std::string zsh_completion(const std::vector<Command>& table) {
  return fmt::format(
      kScript, fmt::arg("first", first_lines(table)), fmt::arg("globals", arguments_call({})),
      fmt::arg("second", second_cases(table)), fmt::arg("commands", command_cases(table)));
}

}  // namespace aistack::cli
