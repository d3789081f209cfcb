#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/session.hpp"

namespace aistack::cli {

// The answer of a command about several services that succeed and fail on their own: as text, what
// became of each on stdout and the errors on stderr, as they come; with --json one document,
// {"services": […]}, at the end. `session` must outlive it.
class ServiceAnswers {
 public:
  explicit ServiceAnswers(Session& session) : session_(session) {}

  // One that succeeded: `line` is left out under --quiet.
  void add(nlohmann::ordered_json document, const std::string& line);
  // One that failed.
  void add(const std::string& service, const Error& error);
  // Under --json only: one that the caller prints itself otherwise.
  void add_document(nlohmann::ordered_json document);
  void add_code(int code);
  // Gives the exit code, the worst one's.
  int finish();

 private:
  Session& session_;
  nlohmann::ordered_json documents_ = nlohmann::ordered_json::array();
  int worst_ = 0;
};

}  // namespace aistack::cli
