#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/render/colored_text.hpp"
#include "cli/render/completion.hpp"
#include "cli/render/error.hpp"
#include "cli/render/help.hpp"
#include "cli/render/manual.hpp"
#include "cli/render/table.hpp"
#include "sample_table.hpp"
#include "support/golden.hpp"

namespace aistack::cli {
namespace {

using testing::expect_golden;

void expect_lines_of_at_most(int width, const std::string& text) {
  for (const auto& line : split(text, '\n')) EXPECT_LE(display_width(line), width) << line;
}

TEST(Help, ListsCommandsByGroup) {
  for (const int width : {80, 40}) {
    const auto text = help_overview(sample_table(), width);
    expect_lines_of_at_most(width, text);
    expect_golden("cli/help_overview_" + std::to_string(width) + ".txt", text);
  }
}

TEST(Help, ExplainsOneCommand) {
  const auto table = sample_table();
  std::string text;
  for (const auto* name : {"install", "uninstall", "catalog", "models", "gpu-run"}) {
    const auto page = help_command(table, name, 80);
    ASSERT_TRUE(page) << name;
    expect_lines_of_at_most(80, *page);
    text += *page + "----\n";
    expect_lines_of_at_most(44, *help_command(table, name, 44));
  }
  expect_golden("cli/help_commands.txt", text);
  EXPECT_FALSE(help_command(table, "nothing", 80));
}

TEST(Completion, IsMadeFromTheTable) {
  expect_golden("cli/completion.bash", bash_completion(sample_table()));
  expect_golden("cli/completion.zsh", zsh_completion(sample_table()));
  expect_golden("cli/completion.fish", fish_completion(sample_table()));
}

TEST(Manual, IsMadeFromTheTable) {
  expect_golden("cli/aistack.1", manual_page(sample_table()));
}

Error port_in_use() {
  return {ErrorCode::kPortInUse,
          "127.0.0.1:11434 is held by pid 812 (ollama)",
          "cannot start ollama: port 11434 is already in use",
          "nothing was changed",
          {"sudo systemctl stop ollama", "or change \"ports\" in ollama.yaml"}};
}

TEST(ErrorText, HasTheFieldsBelowEachOther) {
  EXPECT_EQ(error_text(port_in_use(), false),
            "error: cannot start ollama: port 11434 is already in use\n"
            "  why:   127.0.0.1:11434 is held by pid 812 (ollama)\n"
            "  state: nothing was changed\n"
            "  next:  sudo systemctl stop ollama\n"
            "         or change \"ports\" in ollama.yaml\n");
}

TEST(ErrorText, IndentsSeveralReasonsAndLeavesOutWhatIsAbsent) {
  EXPECT_EQ(
      error_text({ErrorCode::kBadCatalog, "a.yaml:1: x\na.yaml:2: y\n", "cannot read"}, false),
      "error: cannot read\n"
      "  why:   a.yaml:1: x\n"
      "         a.yaml:2: y\n");
  EXPECT_EQ(error_text({ErrorCode::kIo, "EIO: Input/output error"}, false),
            "error: EIO: Input/output error\n");
  EXPECT_EQ(error_text({ErrorCode::kIo, ""}, false), "error: io\n");
}

TEST(ErrorText, IsSafeAndBounded) {
  Error error{ErrorCode::kEngineFailed, "\x1b[2Jgone\xff", "a\nb"};
  EXPECT_EQ(error_text(error, false), "error: a\\x0ab\n  why:   \\x1b[2Jgone\xEF\xBF\xBD\n");
  for (int i = 0; i < 100'000; ++i) error.why += "\nline";
  EXPECT_LT(error_text(error, false).size(), 10'000U);
}

TEST(ErrorJson, CarriesTheSameFields) {
  const auto json = error_json(port_in_use());
  EXPECT_EQ(json.dump(),
            "{\"error\":{\"code\":\"port_in_use\","
            "\"what\":\"cannot start ollama: port 11434 is already in use\","
            "\"why\":\"127.0.0.1:11434 is held by pid 812 (ollama)\","
            "\"state\":\"nothing was changed\","
            "\"next\":[\"sudo systemctl stop ollama\","
            "\"or change \\\"ports\\\" in ollama.yaml\"]}}");
}

TEST(ExitCode, FollowsTheTable) {
  EXPECT_EQ(exit_code(ErrorCode::kUsage), 2);
  EXPECT_EQ(exit_code(ErrorCode::kUnknownService), 2);
  EXPECT_EQ(exit_code(ErrorCode::kBadConfig), 2);
  EXPECT_EQ(exit_code(ErrorCode::kEngineUnreachable), 3);
  EXPECT_EQ(exit_code(ErrorCode::kEngineDenied), 3);
  EXPECT_EQ(exit_code(ErrorCode::kPermission), 3);
  EXPECT_EQ(exit_code(ErrorCode::kPortInUse), 1);
  EXPECT_EQ(exit_code(ErrorCode::kInterrupted), 130);
  EXPECT_EQ(exit_code(ErrorCode::kNotHealthy, Aftermath::restored), 4);
  EXPECT_EQ(exit_code(ErrorCode::kNotHealthy, Aftermath::not_restored), 5);
}

Table services() {
  Table table({{"SERVICE", Table::Align::left, std::nullopt},
               {"STATE"},
               {"MEMORY", Table::Align::right},
               {"IMAGE"}});
  table.add({"ollama", "running", "1.3 GB", "ollama/ollama:0.5.1"});
  table.add({"openwebui", {"red", Style::bad}, "512 MB", "ghcr.io/open-webui/open-webui:v0.3.32"});
  table.add({"日本", "stopped"});
  table.add({"bad\x1b[2J\nname"});
  return table;
}

TEST(Table, AlignsItsColumnsWithoutTrailingBlanks) {
  const auto text = services().render(std::nullopt, false);
  expect_golden("cli/table_full.txt", text);
  for (const auto& line : split(text, '\n')) EXPECT_FALSE(line.ends_with(' ')) << line;
}

TEST(Table, FitsANarrowTerminal) {
  const auto text = services().render(40, false);
  expect_lines_of_at_most(40, text);
  expect_golden("cli/table_40.txt", text);
  expect_lines_of_at_most(20, services().render(20, false));
}

TEST(Table, WrapsItsLastColumnBelowItself) {
  Table table({{"CHECK", Table::Align::left, std::nullopt},
               {"RESULT", Table::Align::left, std::nullopt},
               {.title = "DETAIL", .wraps = true}});
  table.add({"clock", "ok", "synchronised"});
  table.add({"ports", "warning", "port 11434 is held by pid 812, which nothing keeps from it"});
  table.add({"disk", "skipped"});
  EXPECT_EQ(table.render(45, false),
            "CHECK  RESULT   DETAIL\n"
            "clock  ok       synchronised\n"
            "ports  warning  port 11434 is held by pid\n"
            "                812, which nothing keeps from\n"
            "                it\n"
            "disk   skipped\n");
  EXPECT_EQ(table.render(32, false),
            "CHECK  RESULT   DETAIL\n"
            "clock  ok       synchronised\n"
            "ports  warning\n"
            "  port 11434 is held by pid 812,\n"
            "  which nothing keeps from it\n"
            "disk   skipped\n");
  EXPECT_NE(table.render(std::nullopt, false).find("which nothing keeps from it\n"),
            std::string::npos);
}

TEST(Table, ColoursOnlyTheText) {
  Table table({{"HEALTH"}, {"X"}});
  table.add({{"green", health_style("green")}, "y"});
  EXPECT_EQ(table.render(std::nullopt, true),
            "\x1b[1mHEALTH\x1b[0m  \x1b[1mX\x1b[0m\n\x1b[32mgreen\x1b[0m   y\n");
}

TEST(ColoredText, KeepsColoursAndNothingElseThatATerminalObeys) {
  EXPECT_EQ(colored_text("\x1b[1;31mERROR\x1b[0m: x\x1b[2J\x1b[38:2::1:2:3mend", true),
            "\x1b[1;31mERROR\x1b[0m: x\\x1b[2J\x1b[38:2::1:2:3mend\x1b[0m");
  EXPECT_EQ(colored_text("\x1b[31mred\x1b[m\a", false), "red\\x07");
  EXPECT_EQ(colored_text("\x1b[31", true), "\\x1b[31");
  EXPECT_EQ(colored_text("\x1b\x1b[\x1b[32mgreen", true), "\\x1b\\x1b[\x1b[32mgreen\x1b[0m");
  EXPECT_EQ(colored_text("plain", true), "plain");
}

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(display_width("ollama"), 6);
  EXPECT_EQ(display_width("日本"), 4);
  EXPECT_EQ(display_width("e\xCC\x81…"), 2);
  EXPECT_EQ(display_width("\xff\xfe"), 2);
  EXPECT_EQ(fit("abcdef", 4), "abc…");
  EXPECT_EQ(fit("日本語", 4), "日…");
  EXPECT_EQ(fit("abc", 3), "abc");
  EXPECT_EQ(fit("abc", 0), "");
}

}  // namespace
}  // namespace aistack::cli
