#include "adapters/posix/event_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "adapters/posix/files.hpp"
#include "adapters/posix/line_appender.hpp"
#include "adapters/posix/reverse_lines.hpp"

namespace aistack::adapters::posix {
namespace {

using ports::Event;

std::string to_line(const Event& event) {
  const nlohmann::ordered_json line{{"ts", to_iso8601(event.time, TimePrecision::milliseconds)},
                                    {"event", event.name},
                                    {"service", event.service},
                                    {"operation", event.operation},
                                    {"fields", event.fields}};
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

std::optional<Event> parse_line(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto text = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
  };
  const auto time = parse_iso8601(text("ts"));
  const auto name = text("event");
  if (!time || name.empty()) return std::nullopt;
  Event event{*time, name, text("service"), text("operation"), nlohmann::json::object()};
  const auto fields = json.find("fields");
  if (fields != json.end() && fields->is_object()) event.fields = *fields;
  return event;
}

class FileEventLog : public ports::EventLog {
 public:
  explicit FileEventLog(std::filesystem::path file) : appender_(std::move(file)) {}

  Result<> append(const Event& event) override { return appender_.append(to_line(event)); }

  Result<std::vector<Event>> tail(const std::string& service, std::size_t count,
                                  std::optional<Time> since) override {
    std::vector<Event> events;
    // What logrotate has just moved away still belongs to "the last".
    const auto& current = appender_.file();
    for (const auto& file : {current, std::filesystem::path{current.string() + ".1"}}) {
      BOOST_OUTCOME_TRY(const auto enough, collect(file, service, count, since, events));
      if (enough) break;
    }
    std::reverse(events.begin(), events.end());
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& a, const Event& b) { return a.time < b.time; });
    return events;
  }

 private:
  // From the newest to the oldest. True: no need to look at an older file.
  static Result<bool> collect(const std::filesystem::path& file, const std::string& service,
                              std::size_t count, std::optional<Time> since,
                              std::vector<Event>& events) {
    if (events.size() >= count) return true;
    const Fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    if (!fd) return errno == ENOENT ? Result<bool>{false} : errno_error(errno, file);
    // Parsing a gigabyte takes long; looking for a text in it does not.
    const auto needle =
        "\"service\":" +
        nlohmann::json(service).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    // Events are in order but for clocks that were set back.
    constexpr std::chrono::hours kSlack{1};
    bool enough = false;
    const int number = reverse_lines(fd.get(), [&](std::string_view line) {
      if (line.find(needle) == std::string_view::npos) return true;
      auto event = parse_line(line);
      if (!event || event->service != service) return true;
      if (since && event->time < *since) {
        enough = event->time < *since - kSlack;
        return !enough;
      }
      events.push_back(*std::move(event));
      enough = events.size() >= count;
      return !enough;
    });
    if (number != 0) return errno_error(number, file);
    return enough;
  }

  LineAppender appender_;
};

}  // namespace

std::unique_ptr<ports::EventLog> make_event_log(std::filesystem::path file) {
  return std::make_unique<FileEventLog>(std::move(file));
}

}  // namespace aistack::adapters::posix
