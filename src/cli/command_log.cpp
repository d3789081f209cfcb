#include "cli/command_log.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "domain/redaction/redactor.hpp"
#include "domain/redaction/secret_keys.hpp"

namespace aistack::cli {
namespace {

using domain::LogLevel;
using domain::LogRecord;
using Json = nlohmann::ordered_json;
namespace redaction = domain::redaction;

constexpr std::size_t kMostKept = 100;

std::string without_secrets(const redaction::Rules& rules, const std::string& text) {
  redaction::Redactor redactor{rules};
  std::string clean;
  redactor.feed(text, clean);
  redactor.finish(clean);
  return clean;
}

Json without_secrets(const redaction::Rules& rules, const Json& value) {
  if (value.is_string()) return without_secrets(rules, value.get_ref<const std::string&>());
  if (!value.is_structured()) return value;
  auto copy = value.is_array() ? Json::array() : Json::object();
  for (const auto& [key, element] : value.items()) {
    if (value.is_array())
      copy.push_back(without_secrets(rules, element));
    else if (element.is_string() && redaction::is_secret_key(key) &&
             !redaction::is_public_value(element.get_ref<const std::string&>()))
      copy[key] = "***";
    else
      copy[key] = without_secrets(rules, element);
  }
  return copy;
}

std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@,+%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return text + '\'';
}

Json who(const ports::Caller& caller) {
  Json fields{{"version", AISTACK_VERSION}, {"user", caller.user}};
  if (!caller.login.empty()) fields["login"] = caller.login;
  if (!caller.from.empty()) fields["from"] = caller.from;
  return fields;
}

}  // namespace

// One line a step, as it is said where no terminal is.
class CommandLog::Steps final : public operations::Progress {
 public:
  Steps(CommandLog& log, operations::Progress& inner) : log_(log), inner_(inner) {}

  void step(const std::string& service, const std::string& text) override {
    end_pull(service);
    say(service, text);
    inner_.step(service, text);
  }

  void pull(const std::string& service, const operations::PullTotals& totals) override {
    inner_.pull(service, totals);
    if (totals.image.empty()) {
      pulls_.erase(service);
      return;
    }
    if (!pulls_.contains(service)) say(service, "pulling " + totals.image);
    pulls_[service] = totals;
  }

  void done(const std::string& service, const std::string& text) override {
    end_pull(service);
    say(service, text);
    inner_.done(service, text);
  }

  void failed(const std::string& service, const std::string& text) override {
    pulls_.erase(service);
    say(service, "failed: " + text);
    inner_.failed(service, text);
  }

  void note(const std::string& service, const std::string& text) override {
    log_.add(LogLevel::warn, Source::elsewhere, text, Json::object(), service);
    inner_.note(service, text);
  }

 private:
  void say(const std::string& service, const std::string& text) {
    auto& last = last_[service];
    if (last == text) return;
    last = text;
    log_.add(log_.usual_level(), Source::elsewhere, text, Json::object(), service);
  }

  void end_pull(const std::string& service) {
    const auto pull = pulls_.find(service);
    if (pull == pulls_.end()) return;
    say(service,
        fmt::format("pulled {}, {}", pull->second.image, human_bytes(pull->second.bytes_done)));
    pulls_.erase(pull);
  }

  CommandLog& log_;
  operations::Progress& inner_;
  std::map<std::string, std::string> last_;
  std::map<std::string, operations::PullTotals> pulls_;
};

class CommandLog::Events final : public ports::EventLog {
 public:
  Events(CommandLog& log, std::unique_ptr<ports::EventLog> inner)
      : log_(log), inner_(std::move(inner)) {}

  Result<> append(const ports::Event& event) override {
    if (!event.operation.empty()) log_.operations_[event.service] = event.operation;
    auto fields = Json::object();
    if (!event.fields.empty()) fields["fields"] = event.fields;
    log_.add(log_.usual_level(), Source::elsewhere, event.name, std::move(fields), event.service);
    auto appended = inner_->append(event);
    if (!appended) log_.events_failed_ = true;
    return appended;
  }

  Result<std::vector<ports::Event>> tail(const std::string& service, std::size_t count,
                                         std::optional<Time> since) override {
    return inner_->tail(service, count, since);
  }

 private:
  CommandLog& log_;
  std::unique_ptr<ports::EventLog> inner_;
};

CommandLog::CommandLog(const ports::Clock& clock, About about)
    : clock_(clock), about_(std::move(about)), began_at_(clock.now()), begin_(clock.steady_now()) {}

CommandLog::~CommandLog() = default;

bool CommandLog::writes(LogLevel level) const {
  return about_.effect != Effect::reads || level == LogLevel::debug;
}

// What a command that only reads does is of interest to who asked for everything.
LogLevel CommandLog::usual_level() const {
  return about_.effect == Effect::reads ? LogLevel::debug : LogLevel::info;
}

void CommandLog::open(std::unique_ptr<ports::ProgramLog> log, LogLevel level,
                      const ports::Caller& caller) {
  auto earlier = std::move(kept_);
  kept_.clear();
  log_ = std::move(log);
  level_ = level;
  pid_ = caller.pid;
  state_ = State::open;
  auto first = make(usual_level(), Source::own, "started", who(caller));
  first.time = began_at_;
  write(std::move(first));
  for (auto& record : earlier) write(std::move(record));
}

void CommandLog::close() {
  state_ = State::closed;
  kept_.clear();
}

std::unique_ptr<operations::Progress> CommandLog::record(operations::Progress& inner) {
  return std::make_unique<Steps>(*this, inner);
}

std::unique_ptr<ports::EventLog> CommandLog::record(std::unique_ptr<ports::EventLog> inner) {
  return std::make_unique<Events>(*this, std::move(inner));
}

void CommandLog::error(const Error& error) {
  Json fields{{"code", to_string(error.code)}};
  if (!error.what.empty()) fields["what"] = error.what;
  if (!error.why.empty()) fields["why"] = error.why;
  if (!error.state.empty()) fields["state"] = error.state;
  if (!error.next.empty()) fields["next"] = error.next;
  add(LogLevel::error, Source::elsewhere, error.what.empty() ? error.why : error.what,
      std::move(fields));
}

void CommandLog::note(std::string_view text) {
  add(LogLevel::warn, Source::elsewhere, std::string{text});
}

void CommandLog::engine_call(const std::string& method, const std::string& path, int status,
                             std::chrono::milliseconds took) {
  add(LogLevel::debug, Source::own, fmt::format("{} {}", method, path),
      {{"status", status}, {"ms", took.count()}});
}

void CommandLog::finish(int exit_code) {
  const auto took = clock_.steady_now() - begin_;
  add(usual_level(), Source::own, "finished",
      {{"exit_code", exit_code},
       {"duration_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()}});
}

std::optional<std::string> CommandLog::complaint() const {
  if (!failure_ || events_failed_ || about_.effect == Effect::reads) return std::nullopt;
  return "aistack.log is not written: " + failure_->why;
}

void CommandLog::add(LogLevel level, Source source, std::string message, Json fields,
                     std::string service) {
  if (state_ == State::closed || (state_ == State::open && level < level_)) return;
  write(make(level, source, std::move(message), std::move(fields), std::move(service)));
}

LogRecord CommandLog::make(LogLevel level, Source source, std::string message, Json fields,
                           std::string service) {
  LogRecord record{.time = clock_.now(),
                   .level = level,
                   .pid = 0,
                   .command = about_.command,
                   .service = std::move(service),
                   .operation = {},
                   .message = std::move(message),
                   .fields = std::move(fields)};
  record.operation = operation_of(record.service);
  if (!shapes_) shapes_.emplace();
  std::optional<redaction::Rules> known;
  if (source == Source::elsewhere && secrets_) known.emplace(secrets_());
  const auto& rules = known ? *known : *shapes_;
  record.command = without_secrets(*shapes_, record.command);
  record.message = without_secrets(rules, record.message);
  record.fields = without_secrets(rules, record.fields);
  return record;
}

void CommandLog::write(LogRecord record) {
  if (state_ == State::undecided) {
    if (kept_.size() < kMostKept) kept_.push_back(std::move(record));
    return;
  }
  if (record.level < level_) return;
  record.pid = pid_;
  const auto written = log_->append(record);
  if (!written && !failure_) failure_ = written.error();
}

// An error that names no service belongs to the only operation that there was.
std::string CommandLog::operation_of(const std::string& service) const {
  if (service.empty()) return operations_.size() == 1 ? operations_.begin()->second : std::string{};
  const auto found = operations_.find(service);
  return found == operations_.end() ? std::string{} : found->second;
}

std::string command_text(const Command& command, const Arguments& arguments,
                         const std::vector<std::string>& words) {
  for (const auto& argument : command.arguments) {
    if (argument.kind != Argument::Kind::command_tail) continue;
    const auto tail = arguments.values(argument.name);
    return tail.empty() ? command.name : fmt::format("{} -- {} …", command.name, quoted(tail[0]));
  }
  std::vector<std::string> parts;
  for (const auto& word : words) parts.push_back(quoted(word));
  return join(parts, " ");
}

}  // namespace aistack::cli
