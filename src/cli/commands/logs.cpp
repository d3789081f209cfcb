#include "operations/logs.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/open_to_look.hpp"
#include "cli/render/colored_text.hpp"
#include "cli/render/error.hpp"
#include "cli/render/json.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"
#include "ports/clock.hpp"

namespace aistack::cli {
namespace {

// A point in time as people type it: UTC where no zone is given, seconds and time may be missing.
std::optional<Time> point_in_time(const std::string& text) {
  for (const auto* const rest : {"", "Z", ":00Z", "T00:00:00Z"})
    if (const auto time = parse_iso8601(text + rest)) return time;
  return std::nullopt;
}

// "10m" ago, or a point in time.
Result<std::optional<Time>> since(const Arguments& arguments, Time now) {
  const auto text = arguments.value("--since");
  if (!text) return std::optional<Time>{};
  if (const auto time = point_in_time(*text)) return time;
  if (const auto ago = parse_duration(*text))
    return std::optional{now - std::chrono::duration_cast<Time::duration>(*ago)};
  return Error{ErrorCode::kUsage,
               fmt::format("\"{}\" is neither a duration such as 10m or 2h nor a time such as {} "
                           "(UTC)",
                           printable(*text, 100), to_iso8601(now).substr(0, 16)),
               "bad value for --since",
               {},
               {"aistack help logs"}};
}

// How many lines from the end, in either spelling.
Result<std::optional<std::uint64_t>> line_count(const Arguments& arguments) {
  constexpr std::uint64_t kMost = 100'000'000;
  BOOST_OUTCOME_TRY(const auto tail, arguments.number("--tail", 0, kMost));
  if (tail) return tail;
  return arguments.number("LINES", 0, kMost);
}

void print_line(Session& session, const operations::LogEntry& entry, bool timestamps) {
  const auto terminal = session.output.terminal(Stream::out);
  const auto time = entry.time ? to_iso8601(*entry.time, TimePrecision::milliseconds) : "";
  if (session.options.json) {
    print_json_line(session.output, {{"time", time},
                                     {"source", entry.source},
                                     {"stream", entry.error_stream ? "stderr" : "stdout"},
                                     {"text", entry.text}});
    return;
  }
  std::string line;
  if (timestamps) line = time + " ";
  if (entry.source == "aistack")
    line += styled("[aistack] " + printable(entry.text, SIZE_MAX), Style::dim, terminal.color);
  else
    line += terminal.is_terminal ? colored_text(entry.text, terminal.color) : entry.text;
  session.output.write_line(line);
}

Task<int> run_logs(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(const auto lines, line_count(arguments));
  BOOST_OUTCOME_CO_TRY(auto* context, open_to_look(session));
  operations::LogsRequest request{.service = arguments.value("SERVICE").value_or("")};
  BOOST_OUTCOME_CO_TRY(request.since, since(arguments, context->clock.now()));
  // A point in time alone asks for everything after it.
  if (lines)
    request.lines = *lines;
  else if (request.since)
    request.lines.reset();
  request.follow = arguments.flag("--follow");
  const bool timestamps = arguments.flag("--timestamps");
  const bool flush = request.follow;
  const auto sink = [&](const operations::LogEntry& entry) {
    print_line(session, entry, timestamps);
    if (flush) session.output.flush();
    return !session.output.broken();
  };
  const auto shown = co_await operations::logs(*context, request, sink);
  if (shown) co_return 0;
  // Ctrl-C is how one leaves `logs -f`: no message.
  if (request.follow && shown.error().code == ErrorCode::kInterrupted) co_return 130;
  if (!session.options.json) co_return shown.error();
  print_json_line(session.output, error_json(session.output, shown.error()));  // one more line
  co_return exit_code(shown.error().code);
}

}  // namespace

Command logs_command() {
  return {.name = "logs",
          .group = group::kServices,
          .help = "Show a service's log, with aistack's own events of that service",
          .arguments = {service_argument("Which service").as_required(),
                        positional("LINES", "How many lines from the end (default 100)"),
                        option("--tail", "N", "The same as LINES").with_short("-n"),
                        flag("--follow", "Go on with what comes, over restarts").with_short("-f"),
                        option("--since", "WHEN", "Only what is newer: 10m, 2h, or a time (UTC)"),
                        flag("--timestamps", "Put the time before each line").with_short("-t")},
          .examples = {"aistack logs openwebui 50", "aistack logs ollama -f"},
          .run = run_logs};
}

}  // namespace aistack::cli
