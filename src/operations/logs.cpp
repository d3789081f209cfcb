#include "operations/logs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "base/when_all.hpp"
#include "operations/by_label.hpp"
#include "operations/labels.hpp"
#include "operations/stack.hpp"
#include "operations/swap.hpp"

namespace aistack::operations {
namespace {

constexpr std::uint64_t kMostEvents = 1000;
constexpr std::size_t kSideBytes = 1 << 20;  // lines of side containers that are kept
constexpr std::chrono::milliseconds kLookAgain{250};

// "service.update.failed code=port_in_use why=…": one line an event.
LogEntry entry_of(const ports::Event& event) {
  LogEntry entry{.time = event.time, .source = "aistack", .text = event.name};
  for (const auto& [key, value] : event.fields.items()) {
    const auto text = value.is_string() ? value.get<std::string>() : value.dump();
    if (!text.empty()) entry.text += fmt::format(" {}={}", key, text);
  }
  return entry;
}

LogEntry entry_of(const std::string& container, ports::LogLine line) {
  return {.time = line.time,
          .source = container,
          .error_stream = line.stream == ports::LogLine::Stream::err,
          .text = std::move(line.text)};
}

bool earlier(const LogEntry& a, const LogEntry& b) {
  return a.time < b.time;
}

constexpr auto kEnough = "nobody reads any more";

// Emits entries that are waiting in time order before each line that passes.
class Merger {
 public:
  Merger(std::vector<LogEntry> waiting, LogEntrySink sink)
      : waiting_(waiting.begin(), waiting.end()), sink_(std::move(sink)) {}

  Result<> pass(const LogEntry& line) {
    while (!waiting_.empty() && (!line.time || waiting_.front().time <= line.time)) {
      BOOST_OUTCOME_TRY(release());
    }
    return emit(line);
  }
  Result<> finish() {
    while (!waiting_.empty()) {
      BOOST_OUTCOME_TRY(release());
    }
    return ok();
  }
  Result<> emit(const LogEntry& entry) {
    if (sink_(entry)) return ok();
    return Error{ErrorCode::kInterrupted, kEnough};
  }

 private:
  Result<> release() {
    const auto entry = std::move(waiting_.front());
    waiting_.pop_front();
    return emit(entry);
  }
  std::deque<LogEntry> waiting_;
  LogEntrySink sink_;
};

// Empty lines take memory too.
std::size_t memory_of(const std::string& text) {
  return sizeof(LogEntry) + text.size();
}

// The last lines of a container that is not the main one.
Task<std::vector<LogEntry>> side_lines(Context& context, std::string container,
                                       ports::LogQuery query) {
  std::deque<LogEntry> kept;
  std::size_t bytes = 0;
  const ports::LogSink sink = [&](ports::LogLine line) -> Result<> {
    bytes += memory_of(line.text);
    kept.push_back(entry_of(container, std::move(line)));
    while (bytes > kSideBytes) {
      bytes -= memory_of(kept.front().text);
      kept.pop_front();
    }
    return ok();
  };
  BOOST_OUTCOME_CO_TRY(co_await context.engine.logs(container, query, sink));
  co_return std::vector<LogEntry>{std::make_move_iterator(kept.begin()),
                                  std::make_move_iterator(kept.end())};
}

// A container that there is or was, and which of the service's it is.
struct Source {
  std::string part;
  std::optional<ports::ContainerSummary> container;
  bool is_main = false;
};

struct Sources {
  bool installed = false;
  std::vector<Source> all;
};

Task<Sources> find_described(Context& context, const CatalogEntry& entry) {
  BOOST_OUTCOME_CO_TRY(const auto view, co_await view_now(context, entry));
  Sources sources{.installed = view.installed()};
  for (const auto& part : view.containers)
    sources.all.push_back({part.service->name, part.container, &part == &view.main()});
  co_return sources;
}

// Which of several is the main one, only the file could tell: the one made last, which the others
// had to be there for.
Task<Sources> find_undescribed(Context& context, std::string service) {
  BOOST_OUTCOME_CO_TRY(const auto containers, co_await labelled_containers(context, service));
  Sources sources{.installed = true};
  for (const auto& container : containers) {
    if (is_swap_name(container.name) || container.labels.contains(kStageLabel)) continue;
    auto part = value_of(container.labels, kComposeService);
    sources.all.push_back({std::move(part), container, sources.all.empty()});
  }
  co_return sources;
}

Task<Sources> find(Context& context, std::string service) {
  const auto entry = context.catalog.find(service);
  if (entry) co_return co_await find_described(context, *entry.value());
  BOOST_OUTCOME_CO_TRY(require_known(context, service));
  co_return co_await find_undescribed(context, std::move(service));
}

Result<std::vector<LogEntry>> recent_events(Context& context, const LogsRequest& request) {
  const auto count = std::min(request.lines.value_or(kMostEvents), kMostEvents);
  BOOST_OUTCOME_TRY(const auto events, context.events.tail(request.service, count, request.since));
  std::vector<LogEntry> entries;
  for (const auto& event : events) entries.push_back(entry_of(event));
  return entries;
}

// Events that were shown, for whoever goes on from there. Their times are of milliseconds, so that
// one may have that of the last one and be new.
struct EventsShown {
  Time last;
  std::size_t at_last = 0;  // how many have the time of the last one

  void add(Time time) {
    if (time > last) *this = {time};
    if (time == last) ++at_last;
  }
};

// From where following goes on.
struct Shown {
  std::optional<Time> line;  // the main container's last one
  EventsShown events;
};

Task<> print_past(Context& context, const Sources& sources, const LogsRequest& request,
                  const LogEntrySink& sink, Shown& shown) {
  const ports::LogQuery query{.tail = request.lines, .since = request.since, .follow = false};
  BOOST_OUTCOME_CO_TRY(auto waiting, recent_events(context, request));
  for (const auto& event : waiting) shown.events.add(*event.time);
  std::optional<ports::ContainerSummary> main;
  for (const auto& source : sources.all) {
    if (source.is_main) main = source.container;
    if (source.is_main || !source.container) continue;
    BOOST_OUTCOME_CO_TRY(auto lines, co_await side_lines(context, source.container->name, query));
    waiting.insert(waiting.end(), std::make_move_iterator(lines.begin()),
                   std::make_move_iterator(lines.end()));
  }
  std::stable_sort(waiting.begin(), waiting.end(), earlier);
  Merger merger{std::move(waiting), sink};
  if (main) {
    const auto name = main->name;
    const ports::LogSink pass = [&](ports::LogLine line) -> Result<> {
      if (line.time) shown.line = line.time;
      return merger.pass(entry_of(name, std::move(line)));
    };
    BOOST_OUTCOME_CO_TRY(co_await context.engine.logs(main->id, query, pass));
  }
  co_return merger.finish();
}

// Follows one container, whatever it is replaced by, from `last` on.
Task<> follow_container(Context& context, std::string service, std::string part,
                        std::optional<Time> last, const LogEntrySink& sink) {
  while (true) {
    BOOST_OUTCOME_CO_TRY(const auto sources, co_await find(context, service));
    for (const auto& source : sources.all) {
      if (source.part != part || !source.container) continue;
      const auto name = source.container->name;
      const ports::LogSink pass = [&](ports::LogLine line) -> Result<> {
        if (line.time && last && *line.time <= *last) return ok();  // seen already
        if (line.time) last = line.time;
        if (sink(entry_of(name, std::move(line)))) return ok();
        return Error{ErrorCode::kInterrupted, kEnough};
      };
      const bool running = source.container->state == ports::ContainerState::running;
      const ports::LogQuery query{.tail = {}, .since = last, .follow = running};
      const auto followed = co_await context.engine.logs(source.container->id, query, pass);
      // Removed while it was looked for: the next round finds its successor.
      if (!followed && followed.error().code != ErrorCode::kNotFound) co_return followed.error();
    }
    BOOST_OUTCOME_CO_TRY(co_await context.clock.sleep(kLookAgain));
  }
}

Task<> follow_events(Context& context, std::string service, EventsShown shown,
                     const LogEntrySink& sink) {
  while (true) {
    BOOST_OUTCOME_CO_TRY(co_await context.clock.sleep(kLookAgain));
    BOOST_OUTCOME_CO_TRY(const auto events, context.events.tail(service, kMostEvents, shown.last));
    auto again = shown.at_last;
    for (const auto& event : events) {
      if (event.time < shown.last) continue;
      if (event.time == shown.last && again > 0) {
        --again;
        continue;
      }
      shown.add(event.time);
      if (!sink(entry_of(event))) co_return Error{ErrorCode::kInterrupted, kEnough};
    }
  }
}

}  // namespace

Task<> logs(Context& context, LogsRequest request, LogEntrySink sink) {
  BOOST_OUTCOME_CO_TRY(const auto sources, co_await find(context, request.service));
  if (!sources.installed) {
    auto error = not_installed(request.service);
    error.state.clear();  // nothing that reads changes anything
    co_return error;
  }
  bool read_on = true;
  const LogEntrySink watched = [&](const LogEntry& line) {
    return read_on = read_on && sink(line);
  };
  const auto now = context.clock.now();
  Shown shown{.line = {}, .events = {std::chrono::floor<std::chrono::milliseconds>(now)}};
  const auto printed = co_await print_past(context, sources, request, watched, shown);
  if (!read_on) co_return ok();
  if (!printed || !request.follow) co_return printed;
  std::vector<Task<>> tasks;
  for (const auto& source : sources.all)
    tasks.push_back(follow_container(context, request.service, source.part,
                                     source.is_main ? shown.line.value_or(now) : now, watched));
  tasks.push_back(follow_events(context, request.service, shown.events, watched));
  const auto ended = co_await first_of(std::move(tasks));
  if (!read_on) co_return ok();
  co_return ended;
}

}  // namespace aistack::operations
