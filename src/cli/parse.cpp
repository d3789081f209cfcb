#include "cli/parse.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace aistack::cli {
namespace {

using Kind = Argument::Kind;
using Words = std::vector<std::string>;

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", printable(text, 100));
}

Error usage(std::string what, std::string why, std::string next) {
  return Error{ErrorCode::kUsage, std::move(why), std::move(what), {}, {std::move(next)}};
}

std::string help_line(const Command* command) {
  return command == nullptr ? "aistack help" : "aistack help " + command->name;
}

bool looks_like_option(std::string_view word) {
  return word.size() > 1 && word[0] == '-';
}

Error takes_no_value(const std::string& option, const Command* command) {
  return usage(fmt::format("option {} takes no value", printable(option, 100)), {},
               help_line(command));
}

// What CLI11 made of some words: the options that it knew, and the rest in its order.
struct Options {
  Arguments arguments;
  Words rest;
};

enum class Rest {
  mixed,   // options may stand between the other words
  prefix,  // the first word that is no option ends the options
};

// CLI11 reads the options; which of the other words is what is decided here.
Result<Options> read_options(const Words& words, const std::vector<const Argument*>& known,
                             Rest rest, const Command* command) {
  CLI::App app;
  app.set_help_flag("");
  app.allow_extras();
  app.prefix_command(rest == Rest::prefix);
  std::vector<std::pair<const Argument*, CLI::Option*>> slots;
  for (const auto* const argument : known) {
    const auto names =
        argument->short_name.empty() ? argument->name : argument->short_name + "," + argument->name;
    auto* const slot = argument->kind == Kind::flag ? app.add_flag(names) : app.add_option(names);
    slot->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    slots.emplace_back(argument, slot);
  }
  try {
    app.parse(Words(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    const std::string text = error.what();
    const auto name = text.substr(0, text.find_first_of(": "));
    const bool missing = text.find("required") != std::string::npos;
    if (!missing) return takes_no_value(name, command);
    return usage(fmt::format("option {} needs a value", printable(name, 100)), {},
                 help_line(command));
  }
  Options result;
  for (const auto& [argument, slot] : slots) {
    if (slot->count() == 0) continue;
    if (argument->kind != Kind::flag) {
      result.arguments.set(argument->name, slot->results());
      continue;
    }
    // CLI11 gives a flag the value "true", and takes another one after "=".
    for (const auto& value : slot->results())
      if (value != "true") return takes_no_value(argument->name, command);
    result.arguments.set_flag(argument->name);
  }
  result.rest = app.remaining();
  return result;
}

std::vector<const Argument*> options_of(const Command* command) {
  std::vector<const Argument*> known;
  for (const auto& argument : global_arguments()) known.push_back(&argument);
  if (command == nullptr) return known;
  for (const auto& argument : command->arguments)
    if (argument.kind == Kind::flag || argument.kind == Kind::option) known.push_back(&argument);
  return known;
}

Error unknown_option(std::string word, const Command* command) {
  word = word.substr(0, word.find('='));
  Words candidates;
  for (const auto* const argument : options_of(command)) candidates.push_back(argument->name);
  const auto near = nearest(word, candidates);
  return usage(fmt::format("unknown option {}", in_quotes(word)),
               near ? fmt::format("did you mean \"{}\"?", *near) : std::string{},
               help_line(command));
}

// The second words of "models list", "models stats" …, for "models".
Words second_words(const std::vector<Command>& table, const std::string& first) {
  Words words;
  for (const auto& command : table)
    if (command.name.starts_with(first + " "))
      words.push_back(command.name.substr(first.size() + 1));
  return words;
}

Error unknown_command(const std::vector<Command>& table, const std::string& word) {
  Words candidates;
  for (const auto& command : table) {
    if (command.group.empty()) continue;
    candidates.push_back(split(command.name, ' ')[0]);
    candidates.insert(candidates.end(), command.aliases.begin(), command.aliases.end());
  }
  const auto near = nearest(word, candidates);
  return usage(fmt::format("unknown command {}", in_quotes(word)),
               near ? fmt::format("did you mean \"{}\"?", *near) : std::string{}, "aistack help");
}

Error unknown_second_word(const std::string& first, const std::optional<std::string>& second,
                          const Words& known) {
  const auto list = join(known, ", ");
  if (!second)
    return usage(fmt::format("\"{}\" needs one word more", first), "one of " + list,
                 "aistack help " + first);
  const auto near = nearest(*second, known);
  return usage(fmt::format("unknown command {}", in_quotes(first + " " + *second)),
               near ? fmt::format("did you mean \"{} {}\"?", first, *near) : "one of " + list,
               "aistack help " + first);
}

// Fills the positional arguments of a row, in order.
Result<> assign(const Command& command, const Words& words, Arguments& arguments) {
  std::size_t next = 0;
  for (const auto& argument : command.arguments) {
    if (argument.kind == Kind::flag || argument.kind == Kind::option) continue;
    const auto left = words.size() - next;
    const auto take = argument.kind == Kind::positional ? std::min<std::size_t>(left, 1) : left;
    if (take > 0) {
      const auto begin = words.begin() + static_cast<std::ptrdiff_t>(next);
      arguments.set(argument.name, Words(begin, begin + static_cast<std::ptrdiff_t>(take)));
    } else if (argument.required) {
      return usage(fmt::format("{} needs {}", command.name, argument.name), argument.help,
                   help_line(&command));
    }
    next += take;
  }
  if (next == words.size()) return ok();
  return usage(fmt::format("{} does not take {}", command.name, in_quotes(words[next])),
               next == 0 ? "it has no arguments" : "it has all of its arguments already",
               help_line(&command));
}

Result<> check_choices(const Command& command, const Argument& argument, Arguments& arguments) {
  const auto values = arguments.values(argument.name);
  if (values.empty()) {
    if (argument.required && argument.kind == Kind::option)
      return usage(fmt::format("{} needs {} {}", command.name, argument.name, argument.value_name),
                   argument.help, help_line(&command));
    if (!argument.default_value.empty() && argument.kind != Kind::flag)
      arguments.set(argument.name, {argument.default_value});
    return ok();
  }
  if (argument.choices.empty()) return ok();
  for (const auto& value : values) {
    if (std::find(argument.choices.begin(), argument.choices.end(), value) !=
        argument.choices.end())
      continue;
    const auto near = nearest(value, argument.choices);
    return usage(fmt::format("bad value for {}", argument.name),
                 fmt::format("{} is none of {}{}", in_quotes(value), join(argument.choices, ", "),
                             near ? fmt::format("; did you mean \"{}\"?", *near) : ""),
                 help_line(&command));
  }
  return ok();
}

void merge(const Arguments& arguments, GlobalOptions& options) {
  options.json |= arguments.flag("--json");
  options.quiet |= arguments.flag("--quiet");
  options.verbose |= arguments.flag("--verbose");
  options.no_color |= arguments.flag("--no-color");
  options.yes |= arguments.flag("--yes");
  if (auto config = arguments.value("--config")) options.config = std::move(config);
}

Result<> merge_checked(const Arguments& arguments, GlobalOptions& options) {
  merge(arguments, options);
  BOOST_OUTCOME_TRY(const auto timeout, arguments.duration("--lock-timeout"));
  if (timeout) options.lock_timeout = *timeout;
  return ok();
}

// One command line on its way through.
class Parser {
 public:
  Parser(std::span<const std::string> words, const std::vector<Command>& table) : table_(table) {
    const auto mark = std::find(words.begin(), words.end(), "--");
    head_.assign(words.begin(), mark);
    if (mark != words.end()) tail_.assign(mark + 1, words.end());
    has_mark_ = mark != words.end();
  }

  Result<Invocation> run() {
    BOOST_OUTCOME_TRY(const auto first, take_word());
    if (help_ || version_ || !first) return instead_of_command(first);
    BOOST_OUTCOME_TRY(const auto* const command, find(*first));
    if (command == nullptr) return as_help(name_);
    BOOST_OUTCOME_TRY(auto arguments, read_arguments(*command));
    if (help_) return as_help(command->name);
    if (version_) return as_version();
    return Invocation{command, std::move(arguments), options_};
  }

 private:
  // Takes the next word that is no option off head_, and the options before it.
  Result<std::optional<std::string>> take_word() {
    BOOST_OUTCOME_TRY(auto read, read_options(head_, options_of(nullptr), Rest::prefix, nullptr));
    // Options that only the command knows stay for it.
    const auto word = std::find_if_not(read.rest.begin(), read.rest.end(), looks_like_option);
    BOOST_OUTCOME_TRY(note_globals(read.arguments));
    std::optional<std::string> result;
    if (word != read.rest.end()) {
      result = *word;
      read.rest.erase(word);
    }
    head_ = std::move(read.rest);
    return result;
  }

  Result<> note_globals(const Arguments& arguments) {
    help_ |= arguments.flag("--help");
    version_ |= arguments.flag("--version");
    return merge_checked(arguments, options_);
  }

  // The row of one or two words. Null: help was asked for about name_, which is no row.
  Result<const Command*> find(const std::string& first) {
    name_ = first;
    const auto* const command = find_command(table_, first);
    const auto seconds = second_words(table_, first);
    if (command == nullptr && seconds.empty()) return unknown_command(table_, first);
    if (seconds.empty()) return command;
    const auto before = head_;
    BOOST_OUTCOME_TRY(const auto second, take_word());
    if (second) {
      if (const auto* const longer = find_command(table_, first + " " + *second)) return longer;
    }
    if (command != nullptr) {
      if (second && command->arguments.empty()) return unknown_second_word(first, second, seconds);
      head_ = before;
      return command;
    }
    if (help_) return nullptr;
    return unknown_second_word(first, second, seconds);
  }

  Result<Arguments> read_arguments(const Command& command) {
    const bool takes_tail =
        std::any_of(command.arguments.begin(), command.arguments.end(),
                    [](const Argument& a) { return a.kind == Kind::command_tail; });
    BOOST_OUTCOME_TRY(auto read, read_options(head_, options_of(&command),
                                              takes_tail ? Rest::prefix : Rest::mixed, &command));
    BOOST_OUTCOME_TRY(note_globals(read.arguments));
    if (help_ || version_) return Arguments{};
    const auto unknown = takes_tail
                             ? read.rest.begin()
                             : std::find_if(read.rest.begin(), read.rest.end(), looks_like_option);
    if (unknown != read.rest.end() && looks_like_option(*unknown))
      return unknown_option(*unknown, &command);
    // In a command to run, a "--" after its first word is its own.
    if (takes_tail && has_mark_ && !read.rest.empty()) read.rest.emplace_back("--");
    read.rest.insert(read.rest.end(), tail_.begin(), tail_.end());
    BOOST_OUTCOME_TRY(assign(command, read.rest, read.arguments));
    for (const auto& argument : command.arguments) {
      BOOST_OUTCOME_TRY(check_choices(command, argument, read.arguments));
    }
    return std::move(read.arguments);
  }

  Result<Invocation> instead_of_command(const std::optional<std::string>& first) {
    if (!first && !head_.empty()) return unknown_option(head_[0], nullptr);
    if (!first && has_mark_ && !help_ && !version_)
      return usage("no command before \"--\"", {}, "aistack help");
    if (version_) return as_version();
    if (!first) return as_help("");
    BOOST_OUTCOME_TRY(const auto* const command, find(*first));
    return as_help(command == nullptr ? name_ : command->name);
  }

  Result<Invocation> as_help(const std::string& name) {
    Invocation invocation{find_command(table_, "help"), {}, options_};
    if (!name.empty()) invocation.arguments.set("COMMAND", split(name, ' '));
    return invocation;
  }

  Result<Invocation> as_version() {
    return Invocation{find_command(table_, "version"), {}, options_};
  }

  const std::vector<Command>& table_;
  Words head_;  // not yet read, before "--"
  Words tail_;  // after it
  bool has_mark_ = false;
  std::string name_;
  GlobalOptions options_;
  bool help_ = false;
  bool version_ = false;
};

}  // namespace

Result<Invocation> parse(std::span<const std::string> words, const std::vector<Command>& table) {
  return Parser{words, table}.run();
}

Result<Invocation> parse(int argc, const char* const* argv, const std::vector<Command>& table) {
  const Words words(argv + std::min(argc, 1), argv + argc);
  return parse(words, table);
}

GlobalOptions guess_options(std::span<const std::string> words) {
  GlobalOptions options;
  Arguments seen;
  for (const auto& word : words) {
    if (word == "--") break;
    for (const auto& argument : global_arguments())
      if (argument.kind == Kind::flag && (word == argument.name || word == argument.short_name))
        seen.set_flag(argument.name);
  }
  merge(seen, options);
  return options;
}

}  // namespace aistack::cli
