#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "domain/redaction/redactor.hpp"

// The cases of tests/data/redaction, whose README says how they are written.
namespace aistack::testing {

struct RedactionCase {
  std::string name;
  std::string input;
  std::string output;
  std::vector<std::string> secrets;  // the lines of what must not be in the output
};

inline std::string corpus_text(const std::string& file) {
  std::ifstream stream(std::string{TESTS_DIR} + "/data/redaction/" + file, std::ios::binary);
  EXPECT_TRUE(stream.good()) << file;
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline std::vector<std::string> known_secrets() {
  std::vector<std::string> known;
  std::istringstream lines(corpus_text("known.txt"));
  for (std::string line; std::getline(lines, line);) known.push_back(line);
  return known;
}

inline RedactionCase read_case(std::string name, const std::string& text) {
  static const std::string open = "«", close = "»", becomes = "⇒";
  RedactionCase result{.name = std::move(name)};
  std::size_t at = 0;
  for (auto begin = text.find(open); begin != std::string::npos; begin = text.find(open, at)) {
    const auto end = text.find(close, begin);
    auto planted = text.substr(begin + open.size(), end - begin - open.size());
    std::string mark = "***";
    if (const auto arrow = planted.find(becomes); arrow != std::string::npos) {
      mark = planted.substr(arrow + becomes.size());
      planted.resize(arrow);
    }
    const auto around = text.substr(at, begin - at);
    result.input += around + planted;
    result.output += around + mark;
    // A text of several lines ends in one, so that the next line stands on its own.
    if (planted.ends_with('\n') && !text.substr(end + close.size()).starts_with("-----END"))
      result.output += '\n';
    std::istringstream lines(planted);
    for (std::string line; std::getline(lines, line);)
      if (line.find("PLANTED") != std::string::npos) result.secrets.push_back(line);
    at = end + close.size();
  }
  result.input += text.substr(at);
  result.output += text.substr(at);
  return result;
}

inline std::vector<RedactionCase> read_cases(const std::string& file) {
  std::vector<RedactionCase> cases;
  std::istringstream lines(corpus_text(file));
  std::string name, text;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("== ")) {
      if (!name.empty()) cases.push_back(read_case(name, text));
      name = line.substr(3);
      text.clear();
    } else {
      text += line + '\n';
    }
  }
  if (!name.empty()) cases.push_back(read_case(name, text));
  return cases;
}

inline std::string redact(const domain::redaction::Rules& rules,
                          const std::vector<std::string_view>& blocks) {
  domain::redaction::Redactor redactor{rules};
  std::string out;
  for (const auto block : blocks) redactor.feed(block, out);
  redactor.finish(out);
  return out;
}

}  // namespace aistack::testing
