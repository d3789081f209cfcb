#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/redaction/anchors.hpp"
#include "domain/redaction/line_context.hpp"
#include "domain/redaction/values.hpp"

namespace aistack::domain::redaction {

// What to look for; made once, used by many Redactors.
class Rules {
 public:
  // `known`: values that must not appear, in whatever form (see forms_of).
  explicit Rules(const std::vector<std::string>& known = {});

  // Where anything may be that is to be taken out, known secrets too.
  const Anchors& anchors() const { return anchors_; }
  // Known secrets alone.
  const Anchors& known() const { return known_; }

 private:
  void add_known(const std::string& secret);

  Anchors anchors_;
  Anchors known_;
};

// A piece of a line that is to be taken out.
struct Finding {
  enum class After {
    nothing,
    value,     // it goes on behind this text, until `ending`
    pem,       // a private key goes on in the next lines
    block,     // nothing is taken out here; an indented block follows
    below,     // … an indented value or list may follow
    argument,  // … the next line begins with the value
  };
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string mark = "***";  // what stands in its place
  After after = After::nothing;
  Ending ending;           // of After::value
  bool crosses = false;    // … which may lie in a later line
  std::size_t indent = 0;  // of After::block and below
};

// Judges the places of one line at which an anchor of the rules stands, in their order.
class Judge {
 public:
  Judge(const Rules& rules, Line& line) : rules_(rules), line_(line) {}

  // Absent: nothing is to be taken out there. A finding never begins before `from`.
  std::optional<Finding> at(std::size_t place, std::size_t from);
  // `finding`, made so large that no known secret that overlaps it is left in part.
  void cover_known(Finding& finding, std::size_t from) const;

 private:
  std::optional<Finding> judge(const Anchors::Entry& entry, std::size_t place, std::size_t from);
  std::optional<Finding> key(std::size_t place, std::size_t length);
  Finding finding_of(const Value& value) const;
  std::optional<Finding> private_key(std::size_t place) const;
  std::optional<Finding> address(std::size_t place) const;
  std::optional<Finding> login(std::size_t place, std::size_t begin);
  std::optional<Finding> data_source(std::size_t place, std::size_t from) const;

  const Rules& rules_;
  Line& line_;
  std::size_t judged_ = 0;  // the end of the name that was judged last
};

}  // namespace aistack::domain::redaction
