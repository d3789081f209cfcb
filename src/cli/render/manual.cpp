#include "cli/render/manual.hpp"

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "cli/render/help.hpp"
#include "domain/settings.hpp"

namespace aistack::cli {
namespace {

// Text that roff prints as it is.
std::string roff(std::string_view text) {
  std::string result;
  if (text.starts_with('.') || text.starts_with('\'')) result = "\\&";
  for (const char c : text) {
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else
      result += c;
  }
  std::size_t at = 0;
  constexpr std::string_view kDots = "…";
  while ((at = result.find(kDots, at)) != std::string::npos)
    result.replace(at, kDots.size(), "...");
  return result;
}

std::string item(std::string_view label, std::string_view text) {
  return fmt::format(".TP\n.B {}\n{}\n", roff(label), roff(text));
}

std::string section_of(const Command& command) {
  auto usage = command.name;
  for (const auto& argument : command.arguments) usage += " " + usage_of(argument);
  auto text = fmt::format(".SS {}\n{}.\n", roff(usage), roff(command.help));
  for (const auto& argument : command.arguments)
    text += item(label_of(argument), about_of(argument) + ".");
  for (const auto& note : command.notes) text += fmt::format(".PP\n{}\n", roff(note));
  if (!command.examples.empty()) text += ".PP\n.nf\n";
  for (const auto& example : command.examples) text += "    " + roff(example) + "\n";
  if (!command.examples.empty()) text += ".fi\n";
  return text;
}

std::string settings_section() {
  std::string text = ".SH CONFIGURATION\n";
  text += roff(
      "YAML. Sections may be nested or written with dots: \"updates.mode: pinned\". "
      "\"aistack config test\" checks it, \"aistack config show\" shows what is in force.");
  text += '\n';
  for (const auto& key : domain::setting_docs()) {
    auto type = key.range.empty() ? key.type : fmt::format("{}, {}", key.type, key.range);
    type += key.default_value.empty() ? "; not set by default"
                                      : fmt::format("; default {}", key.default_value);
    text += item(key.key, fmt::format("{} ({})", key.doc, type));
  }
  return text;
}

using Pairs = std::span<const std::pair<std::string_view, std::string_view>>;

std::string list_section(std::string_view title, Pairs pairs) {
  auto text = fmt::format(".SH {}\n", title);
  for (const auto& [label, meaning] : pairs) text += item(label, meaning);
  return text;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kFiles{{
    {"/etc/aistack/config.yaml, ~/.aistack/config.yaml", "Configuration; the later wins."},
    {"/etc/aistack/versions.lock", "Exact images, one \"service:reference\" a line."},
    {"/usr/share/aistack/compose, /etc/aistack/compose",
     "The catalog: a Compose file a service. The later directory wins; NAME.override.yaml merges "
     "over NAME.yaml."},
    {"/var/lib/aistack", "State."},
    {"/var/lib/aistack/volumes", "Data of the services."},
    {"/var/lib/aistack/secrets", "Secrets of the services."},
    {"/var/log/aistack", "aistack.log, events.log, metrics.log: JSON lines."},
    {"/run/aistack", "Locks, and the agent's socket."},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kEnvironment{{
    {"AISTACK_CONFIG", "Configuration file, instead of the usual two."},
    {"AISTACK_VERSIONS_LOCK", "Instead of /etc/aistack/versions.lock."},
    {"AISTACK_COMPOSE_DIR", "Catalog directories, separated by colons, instead of the usual two."},
    {"AISTACK_STATE_DIR, AISTACK_LOG_DIR, AISTACK_RUN_DIR", "Instead of the directories above."},
    {"XDG_CONFIG_HOME, XDG_STATE_HOME", "Where these directories lie for users other than root."},
    {"XDG_RUNTIME_DIR", "Where the engine's socket of such a user lies."},
    {"DOCKER_HOST", "The engine's socket."},
    {"NO_COLOR", "Set to anything: no colours."},
    {"COLUMNS", "Width of the output where it is no terminal."},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kExitCodes{{
    {"0", "Done."},
    {"1", "The operation failed."},
    {"2", "The command line, the configuration or a catalog file is wrong."},
    {"3", "The engine cannot be reached, or you may not."},
    {"4", "It failed, and what was before is back."},
    {"5", "It failed, and what was before is not back."},
    {"6", "It was done, and something is not green."},
    {"130", "Interrupted."},
}};

}  // namespace

std::string manual_page(const std::vector<Command>& table) {
  std::string text =
      ".TH AISTACK 1 \"\" \"aistack " AISTACK_VERSION
      "\" \"User Commands\"\n"
      ".SH NAME\naistack \\- run a local AI stack in containers\n"
      ".SH SYNOPSIS\n.B aistack\n[OPTION...] COMMAND [ARGUMENT...]\n"
      ".SH DESCRIPTION\n"
      "One program that installs, watches, repairs and updates services such as model servers and "
      "their web interfaces, as containers of Docker or Podman.\n"
      ".SH OPTIONS\n";
  for (const auto& argument : global_arguments())
    text += item(label_of(argument), about_of(argument) + ".");
  text += ".SH COMMANDS\n";
  for (const auto& command : table)
    if (!command.group.empty()) text += section_of(command);
  text += settings_section();
  text += list_section("FILES", kFiles);
  text += list_section("ENVIRONMENT", kEnvironment);
  text += list_section("EXIT STATUS", kExitCodes);
  return text;
}

}  // namespace aistack::cli
