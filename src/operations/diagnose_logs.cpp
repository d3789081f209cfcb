#include <fmt/format.h>

#include <deque>

#include "base/text.hpp"
#include "operations/diagnose_engine.hpp"

namespace aistack::operations {
namespace {

constexpr std::size_t kBlock = 256 * 1024;

std::string line_text(const ports::LogLine& line) {
  const auto* const stream = line.stream == ports::LogLine::Stream::err ? "stderr" : "stdout";
  if (!line.time) return fmt::format("{} {}\n", stream, line.text);
  return fmt::format("{} {} {}\n", to_iso8601(*line.time, TimePrecision::milliseconds), stream,
                     line.text);
}

struct LogSize {
  std::uint64_t lines = 0;     // that fit, from the end
  std::uint64_t left_out = 0;  // bytes of those before them, as far as they were asked for
  bool more_lines = false;     // there are more than were asked for
};

// The engine counts lines from the end, not bytes: so the last lines are read twice, first to see
// how many of them fit.
Task<LogSize> measure(Context& context, std::string container) {
  std::deque<std::uint32_t> sizes;
  LogSize size;
  std::uint64_t bytes = 0;
  const ports::LogQuery query{.tail = kContainerLogLines + 1};
  const ports::LogSink count = [&](ports::LogLine line) -> Result<> {
    sizes.push_back(static_cast<std::uint32_t>(line.text.size() + 40));
    bytes += sizes.back();
    const bool too_many = sizes.size() > kContainerLogLines;
    size.more_lines = size.more_lines || too_many;
    while (bytes > kContainerLogBytes || sizes.size() > kContainerLogLines) {
      size.left_out += sizes.front();
      bytes -= sizes.front();
      sizes.pop_front();
    }
    return ok();
  };
  BOOST_OUTCOME_CO_TRY(co_await context.engine.logs(std::move(container), query, count));
  size.lines = sizes.size();
  co_return size;
}

std::string note_of(const LogSize& size) {
  if (size.more_lines)
    return fmt::format("its last {} lines; what came before is left out", size.lines);
  if (size.left_out > 0)
    return fmt::format("its last {} lines; {} before them are left out", size.lines,
                       human_bytes(size.left_out));
  return "";
}

// Errors: the archive's, kInterrupted. What the engine cannot give is missing.
Task<> add_log(Context& context, Bundle& bundle, std::string container) {
  const auto name = fmt::format("containers/{}/log.txt", name_in_archive(container));
  const auto size = co_await measure(context, container);
  if (!size) {
    if (size.error().code == ErrorCode::kInterrupted) co_return size.error();
    bundle.missing(name, size.error().why);
    co_return ok();
  }
  BOOST_OUTCOME_CO_TRY(bundle.begin(name, context.clock.now()));
  std::string block;
  std::optional<Error> archive_error;
  const auto flush = [&]() -> Result<> {
    auto written = bundle.feed(block);
    if (!written) archive_error = written.error();
    block.clear();
    return written;
  };
  const ports::LogQuery query{.tail = size.value().lines};
  const ports::LogSink sink = [&](ports::LogLine line) -> Result<> {
    block += line_text(line);
    return block.size() < kBlock ? Result<>{ok()} : flush();
  };
  Result<> read = ok();
  if (size.value().lines > 0) read = co_await context.engine.logs(container, query, sink);
  if (archive_error) co_return *archive_error;
  BOOST_OUTCOME_CO_TRY(flush());
  auto note = note_of(size.value());
  if (!read) {
    if (read.error().code == ErrorCode::kInterrupted) co_return read.error();
    note = "ends too early: " + read.error().why;
    bundle.missing(name, note);
  }
  co_return bundle.end(std::move(note));
}

}  // namespace

Task<> add_container_logs(Context& context, Bundle& bundle, const EngineEvidence& facts) {
  for (const auto& container : facts.containers) {
    BOOST_OUTCOME_CO_TRY(co_await add_log(context, bundle, container.name));
  }
  co_return ok();
}

}  // namespace aistack::operations
