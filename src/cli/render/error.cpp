#include "cli/render/error.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/render/json.hpp"
#include "cli/render/table.hpp"
#include "operations/advice.hpp"

namespace aistack::cli {
namespace {

constexpr std::string_view kIndent = "         ";
constexpr std::size_t kLongestLine = 2000;
constexpr std::size_t kMostLines = 200;

// "  why:   first line" and further lines below its text.
void append_field(std::string& text, std::string_view name, const std::vector<std::string>& lines) {
  std::size_t count = 0;
  for (const auto& line : lines) {
    auto label = std::string{kIndent};
    if (count == 0) label.replace(2, name.size() + 1, std::string{name} + ":");
    if (++count > kMostLines) {
      text += std::string{kIndent} + std::to_string(lines.size() - kMostLines) + " more\n";
      return;
    }
    text += label + printable(line, kLongestLine) + '\n';
  }
}

std::vector<std::string> lines_of(std::string_view text) {
  const auto trimmed = trim(text);
  return trimmed.empty() ? std::vector<std::string>{} : split(trimmed, '\n');
}

}  // namespace

int exit_code(ErrorCode code, Aftermath aftermath) {
  if (aftermath == Aftermath::restored) return kExitRestored;
  if (aftermath == Aftermath::not_restored) return kExitNotRestored;
  switch (code) {
    case ErrorCode::kInterrupted:
      return kExitInterrupted;
    case ErrorCode::kUsage:
    case ErrorCode::kBadConfig:
    case ErrorCode::kBadCatalog:
    case ErrorCode::kBadVersionsLock:
    case ErrorCode::kUnknownService:
      return kExitUsage;
    case ErrorCode::kEngineUnreachable:
    case ErrorCode::kEngineDenied:
    case ErrorCode::kEngineTimeout:
    case ErrorCode::kPermission:
      return kExitEngine;
    default:
      return kExitFailed;
  }
}

std::string error_text(const Error& error, bool color) {
  auto why = lines_of(error.why);
  auto what = printable(error.what, kLongestLine);
  if (what.empty() && !why.empty()) {
    what = printable(why[0], kLongestLine);
    why.erase(why.begin());
  }
  if (what.empty()) what = to_string(error.code);
  auto text = styled("error:", Style::bad, color) + " " + what + '\n';
  append_field(text, "why", why);
  append_field(text, "state", lines_of(error.state));
  append_field(text, "next", error.next);
  return text;
}

nlohmann::ordered_json error_json(const Error& error) {
  return {{"error",
           {{"code", to_string(error.code)},
            {"what", error.what},
            {"why", error.why},
            {"state", error.state},
            {"next", error.next}}}};
}

nlohmann::ordered_json error_json(const Output& output, const Error& plain) {
  const auto error = operations::with_advice(plain);
  output.testify(error);
  return error_json(error);
}

void print_error(Output& output, const Error& plain, bool json) {
  if (json) return print_json(output, error_json(output, plain));
  const auto error = operations::with_advice(plain);
  output.testify(error);
  output.error(error_text(error, output.terminal(Stream::err).color), Priority::error);
}

void print_note(Output& output, std::string_view text, bool quiet) {
  output.testify(text);
  if (!quiet) output.error_line("note: " + printable(text, kLongestLine), Priority::warning);
}

}  // namespace aistack::cli
