#include "operations/logs.hpp"

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/render/json.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"
#include "ports/clock.hpp"

#include <nlohmann/json.hpp>

namespace aistack::cli {
namespace {

// "10m" ago, or a point in time.
Result<std::optional<Time>> since(const Arguments& arguments, Time now) {
  const auto text = arguments.value("--since");
  if (!text) return std::optional<Time>{};
  if (const auto time = parse_iso8601(*text)) return std::optional{*time};
  BOOST_OUTCOME_TRY(const auto ago, arguments.duration("--since"));
  return std::optional{now - std::chrono::duration_cast<Time::duration>(*ago)};
}

// On a terminal what a container wrote keeps its colours, but nothing else that a terminal obeys.
std::string safe(const std::string& text, bool terminal) {
  return terminal ? printable(text, SIZE_MAX) : text;
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
    line += styled("[aistack] " + safe(entry.text, true), Style::dim, terminal.color);
  else
    line += safe(entry.text, terminal.is_terminal);
  session.output.write_line(line);
}

Task<int> run_logs(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(const auto lines, arguments.number("LINES", 0, 100'000'000));
  BOOST_OUTCOME_CO_TRY(auto* context, session.open());
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
  co_return shown.error();
}

}  // namespace

Command logs_command() {
  return {.name = "logs",
          .group = group::kServices,
          .help = "Show a service's log, with aistack's own events of that service",
          .arguments = {service_argument("Which service").as_required(),
                        positional("LINES", "How many lines from the end (default 100)"),
                        flag("--follow", "Go on with what comes, over restarts").with_short("-f"),
                        option("--since", "WHEN", "Only what is newer: 10m, 2h, or a time in UTC"),
                        flag("--timestamps", "Put the time before each line").with_short("-t")},
          .examples = {"aistack logs openwebui 50", "aistack logs ollama -f"},
          .run = run_logs};
}

}  // namespace aistack::cli
