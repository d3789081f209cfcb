#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/render/completion.hpp"
#include "cli/render/completion_rules.hpp"

namespace aistack::cli {
namespace {

using Kind = Argument::Kind;

// The shell code that fills COMPREPLY for one argument.
std::string action_of(const Argument& argument) {
  switch (argument.completes) {
    case Argument::Completes::service:
      return "_aistack_words \"$(aistack catalog --names 2>/dev/null)\"";
    case Argument::Completes::profile:
      return "_aistack_words \"$(aistack catalog --profiles 2>/dev/null)\"";
    case Argument::Completes::provider:
    case Argument::Completes::choice:
      return fmt::format("_aistack_words {}", shell_quoted(join(argument.choices, " ")));
    case Argument::Completes::file:
      return "_aistack_files -f";
    case Argument::Completes::directory:
      return "_aistack_files -d";
    case Argument::Completes::nothing:
      break;
  }
  return ":";
}

// A pattern of `case` that matches an option by both of its names.
std::string pattern_of(const std::string& prefix, const Argument& option) {
  auto pattern = prefix + shell_quoted(option.name);
  if (!option.short_name.empty()) pattern += "|" + prefix + shell_quoted(option.short_name);
  return pattern;
}

std::string value_cases(const std::vector<Command>& table) {
  std::string text;
  const auto add = [&](const std::string& prefix, const std::vector<Argument>& arguments) {
    for (const auto& argument : arguments)
      if (argument.kind == Kind::option)
        text += fmt::format("    {}) {} ;;\n", pattern_of(prefix, argument), action_of(argument));
  };
  add("*:", global_arguments());
  for (const auto* const command : visible_commands(table))
    add(shell_quoted(command->name) + ":", command->arguments);
  return text;
}

// Every option that is followed by a value, so that the value is not taken for a command.
std::string value_options(const std::vector<Command>& table) {
  std::string patterns;
  const auto add = [&](const std::vector<Argument>& arguments) {
    for (const auto& argument : arguments)
      if (argument.kind == Kind::option)
        patterns += (patterns.empty() ? "" : "|") + pattern_of("", argument);
  };
  add(global_arguments());
  for (const auto* const command : visible_commands(table)) add(command->arguments);
  return patterns;
}

std::string alias_cases(const std::vector<Command>& table) {
  std::string text;
  for (const auto* const command : visible_commands(table))
    for (const auto& alias : command->aliases)
      text +=
          fmt::format("    {}) command={} ;;\n", shell_quoted(alias), shell_quoted(command->name));
  return text;
}

std::string two_word_cases(const std::vector<Command>& table) {
  std::string text;
  for (const auto& first : first_words(table))
    if (const auto second = second_words(table, first); !second.empty())
      text += fmt::format("    {}) seconds={} ;;\n", shell_quoted(first),
                          shell_quoted(join(second, " ")));
  return text;
}

std::string command_cases(const std::vector<Command>& table) {
  std::string text;
  for (const auto* const command : visible_commands(table)) {
    const auto options = option_words(command->arguments);
    if (!options.empty())
      text += fmt::format("    {}) options+=\" \"{} ;;\n", shell_quoted(command->name),
                          shell_quoted(join(options, " ")));
  }
  return text;
}

std::string positional_cases(const std::vector<Command>& table) {
  std::string text;
  for (const auto* const command : visible_commands(table)) {
    for (std::size_t index = 0;; ++index) {
      const auto* const argument = positional_at(*command, index);
      if (argument == nullptr) break;
      const bool last = argument->kind != Kind::positional;
      if (argument->kind == Kind::command_tail)
        text += fmt::format("    {}:*) mapfile -t COMPREPLY < <(compgen -c -- \"$cur\") ;;\n",
                            shell_quoted(command->name));
      else if (argument->completes != Argument::Completes::nothing)
        text += fmt::format("    {}:{}) {} ;;\n", shell_quoted(command->name),
                            last ? "*" : std::to_string(index), action_of(*argument));
      if (last) break;
    }
  }
  return text;
}

constexpr std::string_view kScript =
    R"bash(# bash completion for aistack; made by "aistack completion bash"
# Not compgen -W, which expands its words: some come from files.
_aistack_words() {{
  local word
  local -a list
  IFS=$' \n' read -rd '' -a list <<<"$1"
  COMPREPLY=()
  for word in "${{list[@]}}"; do
    if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
  done
}}

_aistack_files() {{
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}}

_aistack() {{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="" command="" seconds="" options={options}
  local word index=1 count=0 skip=0
  local -a words=()
  COMPREPLY=()
  # The shell breaks "--pull=always" into three words.
  if ((COMP_CWORD > 0)); then prev="${{COMP_WORDS[COMP_CWORD - 1]}}"; fi
  if [[ $cur == "=" ]]; then
    cur=""
  elif [[ $prev == "=" ]] && ((COMP_CWORD > 1)); then
    prev="${{COMP_WORDS[COMP_CWORD - 2]}}"
  fi
  for ((; index < COMP_CWORD; ++index)); do
    word="${{COMP_WORDS[index]}}"
    if ((skip)); then
      if [[ $word != "=" ]]; then skip=0; fi
      continue
    fi
    case "$word" in
    {value_options}) skip=1 ;;
    -*|=) ;;
    *) words+=("$word") ;;
    esac
  done
  command="${{words[0]:-}}"
  count=$((${{#words[@]}} > 0 ? ${{#words[@]}} - 1 : 0))
  case "$command" in
{aliases}    *) ;;
  esac
  case "$command" in
{two_words}    *) ;;
  esac
  if ((count > 0)) && [[ " $seconds " == *" ${{words[1]}} "* ]]; then
    command="$command ${{words[1]}}"
    count=$((count - 1))
    seconds=""
  fi
  case "$command:$prev" in
{values}    *)
      case "$command" in
{commands}      *) ;;
      esac
      if [[ $cur == -* ]]; then
        _aistack_words "$options"
      elif [[ -z $command ]]; then
        _aistack_words {first_words}
      else
        case "$command:$count" in
{positionals}        *) ;;
        esac
        if ((count == 0)) && [[ -n $seconds ]]; then
          local -a first=("${{COMPREPLY[@]}}")
          _aistack_words "$seconds"
          COMPREPLY+=("${{first[@]}}")
        fi
      fi
      ;;
  esac
}}
complete -F _aistack aistack
)bash";

}  // namespace

std::string bash_completion(const std::vector<Command>& table) {
  return fmt::format(
      kScript, fmt::arg("options", shell_quoted(join(option_words(global_arguments()), " "))),
      fmt::arg("value_options", value_options(table)), fmt::arg("aliases", alias_cases(table)),
      fmt::arg("two_words", two_word_cases(table)), fmt::arg("values", value_cases(table)),
      fmt::arg("commands", command_cases(table)),
      fmt::arg("first_words", shell_quoted(join(first_words(table), " "))),
      fmt::arg("positionals", positional_cases(table)));
}

}  // namespace aistack::cli
