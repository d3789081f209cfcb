#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/time.hpp"
#include "domain/settings.hpp"

namespace aistack::domain {

// One line of aistack.log.
struct LogRecord {
  Time time{};
  LogLevel level = LogLevel::info;
  int pid = 0;
  std::string command;    // as it was typed, without the program's name
  std::string service;    // "" if about none
  std::string operation;  // the id that events.log has too; "" if there is none
  std::string message;
  nlohmann::ordered_json fields = nlohmann::ordered_json::object();  // what else there is to say
};

// No line is longer, whatever the record holds: long texts are cut.
inline constexpr std::size_t kLongestLogLine = 32 * 1024;

// {"time", "level", "pid", "command", "service", "operation", "message", …fields}; what is empty is
// left out. Ends with its newline, and has no other.
std::string to_json_line(const LogRecord& record);

// "2026-11-23T10:00:00.123Z info  aistack[812] install ollama: finished exit_code=0": the fields as
// NAME=VALUE, in quotes where a value needs them. Control characters are escaped.
std::string to_text_line(const LogRecord& record);

}  // namespace aistack::domain
