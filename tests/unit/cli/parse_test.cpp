#include "cli/parse.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/text.hpp"
#include "cli/render/error.hpp"
#include "sample_table.hpp"
#include "support/golden.hpp"

namespace aistack::cli {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

class Parse : public ::testing::Test {
 protected:
  // Words are separated by single spaces.
  Result<Invocation> parse_line(const std::string& line) {
    return parse(line.empty() ? Words{} : split(line, ' '), table_);
  }
  Invocation good(const std::string& line) {
    auto result = parse_line(line);
    if (!result) {
      ADD_FAILURE() << line << ": " << error_text(result.error(), false);
      return {&table_[0], {}, {}};
    }
    return std::move(result).value();
  }

  const std::vector<Command> table_ = sample_table();
};

TEST_F(Parse, ReadsCommandsOptionsAndArgumentsInAnyOrder) {
  for (const auto* line :
       {"logs ollama 50 -f --json", "--json logs -f ollama 50", "logs --follow --json ollama 50",
        "logs ollama -f 50 --json", "--json logs -f -- ollama 50"}) {
    const auto invocation = good(line);
    EXPECT_EQ(invocation.command->name, "logs") << line;
    EXPECT_TRUE(invocation.options.json);
    EXPECT_TRUE(invocation.arguments.flag("--follow"));
    EXPECT_FALSE(invocation.arguments.flag("--timestamps"));
    EXPECT_EQ(invocation.arguments.value("SERVICE"), "ollama");
    EXPECT_EQ(invocation.arguments.number("LINES").value(), 50U);
  }
}

TEST_F(Parse, ReadsGlobalOptionsAnywhere) {
  const auto invocation = good("-qy --config a.yaml install --lock-timeout=2m x -v --no-color");
  EXPECT_EQ(invocation.command->name, "install");
  EXPECT_TRUE(invocation.options.quiet);
  EXPECT_TRUE(invocation.options.yes);
  EXPECT_TRUE(invocation.options.verbose);
  EXPECT_TRUE(invocation.options.no_color);
  EXPECT_EQ(invocation.options.config, "a.yaml");
  EXPECT_EQ(invocation.options.lock_timeout, 2min);
  EXPECT_EQ(invocation.arguments.values("SERVICE"), Words{"x"});
}

TEST_F(Parse, FillsInDefaultsAndTakesTheLastValue) {
  EXPECT_EQ(good("logs ollama").arguments.value("LINES"), "100");
  EXPECT_EQ(good("install").arguments.value("--pull"), "missing");
  EXPECT_EQ(good("install --pull never --pull=always").arguments.value("--pull"), "always");
  EXPECT_EQ(good("install").arguments.value("--profile"), std::nullopt);
  EXPECT_EQ(good("install -p minimal").arguments.value("--profile"), "minimal");
  EXPECT_EQ(good("install -pminimal").arguments.value("--profile"), "minimal");
  EXPECT_EQ(good("install a b c").arguments.values("SERVICE"), (Words{"a", "b", "c"}));
  EXPECT_EQ(good("install [a] --timeout 90").arguments.duration("--timeout").value(), 90s);
  EXPECT_EQ(good("install [a,b]").arguments.values("SERVICE"), Words{"[a,b]"});
}

TEST_F(Parse, FindsCommandsOfTwoWordsAndAliases) {
  EXPECT_EQ(good("catalog").command->name, "catalog");
  EXPECT_EQ(good("catalog show ollama").command->name, "catalog show");
  EXPECT_EQ(good("catalog --json show ollama").command->name, "catalog show");
  EXPECT_EQ(good("models list ollama").arguments.value("PROVIDER"), "ollama");
  EXPECT_EQ(good("uninstall ollama").command->name, "remove");
}

TEST_F(Parse, LeavesTheCommandToRunAlone) {
  const auto tail = [&](const std::string& line) {
    const auto invocation = good(line);
    EXPECT_EQ(invocation.command->name, "gpu-run");
    return join(invocation.arguments.values("COMMAND"), " ");
  };
  EXPECT_EQ(tail("gpu-run -- nvidia-smi -l --json"), "nvidia-smi -l --json");
  EXPECT_EQ(tail("gpu-run nvidia-smi -l --json"), "nvidia-smi -l --json");
  EXPECT_EQ(tail("gpu-run --name x --json -- sh -c a"), "sh -c a");
  EXPECT_EQ(tail("gpu-run sh -- -x"), "sh -- -x");
  EXPECT_EQ(tail("gpu-run -- sh -- -x --help"), "sh -- -x --help");
  EXPECT_TRUE(good("gpu-run --json -- x").options.json);
  EXPECT_FALSE(good("gpu-run -- x --json").options.json);
}

TEST_F(Parse, TurnsHelpAndVersionIntoTheirCommands) {
  const auto topic = [&](const std::string& line) {
    const auto invocation = good(line);
    EXPECT_EQ(invocation.command->name, "help") << line;
    return join(invocation.arguments.values("COMMAND"), " ");
  };
  EXPECT_EQ(topic(""), "");
  EXPECT_EQ(topic("-h"), "");
  EXPECT_EQ(topic("--json --help"), "");
  EXPECT_EQ(topic("install --help"), "install");
  EXPECT_EQ(topic("-h install"), "install");
  EXPECT_EQ(topic("remove -h"), "remove");
  EXPECT_EQ(topic("catalog show --help"), "catalog show");
  EXPECT_EQ(topic("models --help"), "models");
  EXPECT_EQ(topic("-h models"), "models");
  EXPECT_EQ(topic("help catalog show"), "catalog show");
  EXPECT_EQ(good("--version").command->name, "version");
  EXPECT_EQ(good("install --version").command->name, "version");
}

TEST_F(Parse, SaysWhatIsWrong) {
  std::string text;
  for (const auto* line : {"instal",
                           "unistall x",
                           "frobnicate",
                           "install --tiemout 30 x",
                           "install --profile",
                           "install --no-wait=3",
                           "install --pull alwys",
                           "--jsn install",
                           "logs",
                           "logs a 1 2",
                           "catalog shw",
                           "catalog extra",
                           "models",
                           "models lst ollama",
                           "models list olama",
                           "models list",
                           "install --lock-timeout soon",
                           "gpu-run --nam x -- y",
                           "gpu-run",
                           "version 2",
                           "-x",
                           "install -fz",
                           "-- install",
                           "hidde",
                           "catalog --foo show x",
                           "install --timeout="}) {
    const auto result = parse_line(line);
    text += std::string("$ aistack ") + line + "\n";
    if (result) {
      text += "accepted\n\n";
      continue;
    }
    EXPECT_EQ(exit_code(result.error().code), kExitUsage) << line;
    text += error_text(result.error(), false) + "\n";
  }
  testing::expect_golden("cli/usage_errors.txt", text);
}

TEST_F(Parse, SurvivesHostileWords) {
  const std::string long_word(10'000, 'x');
  for (const auto& word : Words{"../../etc", long_word, "-" + long_word, "--" + long_word, "", "-",
                                "--=", "-=", "---", "\x1b[31m", "\xff", "a\nb"}) {
    const auto result = parse(Words{word}, table_);
    if (!result) {
      const auto text = error_text(result.error(), false);
      EXPECT_EQ(text.find('\x1b'), std::string::npos);
      EXPECT_LT(text.size(), 1000U);
    }
    const auto argument = parse(Words{"install", word}, table_);
    if (!argument) continue;
    EXPECT_EQ(argument.value().arguments.values("SERVICE"), Words{word});
  }
}

TEST_F(Parse, TellsTheFormOfErrorsFromARefusedLine) {
  EXPECT_TRUE(guess_options(Words{"instal", "--json"}).json);
  EXPECT_TRUE(guess_options(Words{"-q", "--no-color"}).quiet);
  EXPECT_FALSE(guess_options(Words{"gpu-run", "--", "--json"}).json);
}

TEST(Duration, ReadsUnitsAndPlainSeconds) {
  EXPECT_EQ(parse_duration("30"), 30s);
  EXPECT_EQ(parse_duration("1.5"), 1500ms);
  EXPECT_EQ(parse_duration("30s"), 30s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("2h"), 2h);
  EXPECT_EQ(parse_duration("1d"), 24h);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("0"), 0s);
  for (const auto* text : {"", "s", "-1", "1x", "1h30", "1 h", "1e3", "inf", "nan", "1e999s",
                           "99999999999d", "+1", "0x10", "1..2s"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Arguments, CheckNumbers) {
  Arguments arguments;
  arguments.set("N", {"70"});
  arguments.set("M", {"7x"});
  EXPECT_EQ(arguments.number("N", 1, 100).value(), 70U);
  EXPECT_FALSE(arguments.number("N", 1, 60));
  EXPECT_FALSE(arguments.number("N", 80));
  EXPECT_EQ(arguments.number("M").error().code, ErrorCode::kUsage);
  EXPECT_EQ(arguments.number("none").value(), std::nullopt);
}

// The table that is shipped, held to its own rules.
TEST(CommandTable, IsSound) {
  std::set<std::string> names;
  for (const auto& command : command_table()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    for (const auto& alias : command.aliases) EXPECT_TRUE(names.insert(alias).second) << alias;
    EXPECT_FALSE(command.help.empty()) << command.name;
    EXPECT_FALSE(command.help.ends_with('.')) << command.name;
    EXPECT_NE(command.run, nullptr) << command.name;
    EXPECT_LE(split(command.name, ' ').size(), 2U) << command.name;
    bool optional_seen = false;
    for (const auto& argument : command.arguments) {
      EXPECT_FALSE(argument.help.empty()) << command.name << " " << argument.name;
      const bool option =
          argument.kind == Argument::Kind::flag || argument.kind == Argument::Kind::option;
      EXPECT_EQ(option, argument.name.starts_with("--")) << command.name << " " << argument.name;
      for (const auto& global : global_arguments()) {
        EXPECT_NE(global.name, argument.name) << command.name;
        EXPECT_TRUE(argument.short_name.empty() || argument.short_name != global.short_name)
            << command.name << " " << argument.short_name;
      }
      if (option) continue;
      EXPECT_FALSE(optional_seen && argument.required) << command.name << " " << argument.name;
      optional_seen |= !argument.required;
    }
  }
  for (const auto* needed : {"help", "version"}) EXPECT_TRUE(names.contains(needed));
}

}  // namespace
}  // namespace aistack::cli
