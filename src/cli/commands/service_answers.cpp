#include "cli/commands/service_answers.hpp"

#include <algorithm>

#include "cli/render/error.hpp"
#include "cli/render/json.hpp"

namespace aistack::cli {

void ServiceAnswers::add(nlohmann::ordered_json document, const std::string& line) {
  if (session_.options.json)
    add_document(std::move(document));
  else if (!session_.options.quiet)
    session_.output.write_line(line);
}

void ServiceAnswers::add(const std::string& service, const Error& error) {
  add_code(exit_code(error.code));
  if (!session_.options.json) return print_error(session_.output, error, false);
  auto document = error_json(session_.output, error);
  document["service"] = service;
  add_document(std::move(document));
}

void ServiceAnswers::add_document(nlohmann::ordered_json document) {
  documents_.push_back(std::move(document));
}

void ServiceAnswers::add_code(int code) {
  worst_ = std::max(worst_, code);
}

int ServiceAnswers::finish() {
  if (session_.options.json)
    print_json(session_.output, nlohmann::ordered_json{{"services", std::move(documents_)}});
  return worst_;
}

}  // namespace aistack::cli
