#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_table.hpp"
#include "cli/output.hpp"
#include "domain/redaction/findings.hpp"
#include "operations/progress.hpp"
#include "ports/clock.hpp"
#include "ports/event_log.hpp"
#include "ports/program_log.hpp"

namespace aistack::cli {

// What one command does, as aistack.log tells it: that it began and who called it, its steps,
// notes, errors, and how it ended.
//
// Of a command that changes something, the level of the settings decides what is written; a command
// that only reads writes nothing at all but at level debug, so that a monitoring loop does not fill
// the disk. Known secrets and what looks like one are taken out of everything. A line that cannot
// be written is no error: see `complaint`.
class CommandLog final : public Witness {
 public:
  struct About {
    Effect effect = Effect::reads;
    std::string command;  // as it was typed
  };
  // `clock` outlives it. What happens before `open` is kept for it.
  CommandLog(const ports::Clock& clock, About about);
  ~CommandLog() override;

  // Does a command like this one write at this level?
  bool writes(domain::LogLevel level) const;
  // Writes what has happened so far, the beginning first.
  void open(std::unique_ptr<ports::ProgramLog> log, domain::LogLevel level,
            const ports::Caller& caller);
  // Nothing is written, and nothing kept any more.
  void close();
  enum class State { undecided, open, closed };
  State state() const { return state_; }

  // Asked whenever a text from elsewhere is written: a secret may be a second old.
  using Secrets = std::function<std::vector<std::string>()>;
  void set_secrets(Secrets secrets) { secrets_ = std::move(secrets); }

  // The same progress and events, also written here. The log outlives them.
  std::unique_ptr<operations::Progress> record(operations::Progress& inner);
  std::unique_ptr<ports::EventLog> record(std::unique_ptr<ports::EventLog> inner);

  void error(const Error& error) override;
  void note(std::string_view text) override;
  // One call of the engine's API; status 0: it has not answered.
  void engine_call(const std::string& method, const std::string& path, int status,
                   std::chrono::milliseconds took);
  // The last line.
  void finish(int exit_code);
  // Why lines are missing, unless nobody expects them or the event log has complained already.
  std::optional<std::string> complaint() const;

 private:
  class Steps;
  class Events;
  enum class Source { own, elsewhere };  // of a text: only the latter can hold a known secret

  void add(domain::LogLevel level, Source source, std::string message,
           nlohmann::ordered_json fields = nlohmann::ordered_json::object(),
           std::string service = {});
  domain::LogRecord make(domain::LogLevel level, Source source, std::string message,
                         nlohmann::ordered_json fields, std::string service = {});
  void write(domain::LogRecord record);
  std::string operation_of(const std::string& service) const;
  domain::LogLevel usual_level() const;

  const ports::Clock& clock_;
  About about_;
  Time began_at_;
  SteadyTime begin_;
  State state_ = State::undecided;
  std::deque<domain::LogRecord> kept_;  // before `open`
  std::unique_ptr<ports::ProgramLog> log_;
  domain::LogLevel level_ = domain::LogLevel::info;
  int pid_ = 0;
  Secrets secrets_;
  std::optional<domain::redaction::Rules> shapes_;
  std::map<std::string, std::string> operations_;  // by service
  std::optional<Error> failure_;
  bool events_failed_ = false;
};

// The words of a command line as one text, quoted where a shell would need it. Of a command that
// starts another program only that program's name is told: its arguments may be anything.
std::string command_text(const Command& command, const Arguments& arguments,
                         const std::vector<std::string>& words);

}  // namespace aistack::cli
