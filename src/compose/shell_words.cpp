#include <algorithm>

#include "compose/syntax.hpp"

namespace aistack::compose {

namespace {

// Docker Compose's way to read a command that is written as one text. Nothing is expanded; $(…) and
// `…` are kept together as they are; an unquoted ; & | < > ends the command.
class Words {
 public:
  std::optional<std::vector<std::string>> read(std::string_view text) {
    for (const char c : text) {
      const Step step = take(c);
      if (step == Step::wrong) return std::nullopt;
      if (step == Step::end) break;
    }
    flush();
    if (escaped_ || quote_ != '\0') return std::nullopt;
    return std::move(words_);
  }

 private:
  enum class Step { next, end, wrong };
  enum class Got { nothing, plain, quoted };

  bool verbatim() const { return quote_ == '`' || quote_ == '('; }

  Step take(char c) {
    if (escaped_) return take_escaped(c);
    if (c == '\\') {
      if (quote_ == '\'') {
        word_ += c;
      } else {
        escaped_ = true;
      }
      return Step::next;
    }
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      if (quote_ == '\0') {
        flush();
      } else {
        word_ += c;
      }
      return Step::next;
    }
    return take_special(c);
  }

  Step take_escaped(char c) {
    escaped_ = false;
    if (verbatim()) word_ += '\\';
    word_ += verbatim() ? c : c == 't' ? '\t' : c == 'n' ? '\n' : c;
    got_ = Got::plain;
    return Step::next;
  }

  Step take_special(char c) {
    const bool open = quote_ == '\0';
    if (c == '`' && (open || quote_ == '`')) {
      quote_ = open ? '`' : '\0';
    } else if (c == ')' && (open || quote_ == '(')) {
      if (open) return Step::wrong;
      quote_ = '\0';
    } else if (c == '(' && (open || quote_ == '(')) {
      const bool dollar = word_.ends_with('$') && !word_.ends_with("\\$");
      if (!open || !dollar) return Step::wrong;
      quote_ = '(';
      word_ += c;
      return Step::next;
    } else if ((c == '"' || c == '\'') && (open || quote_ == c)) {
      if (!open) got_ = Got::quoted;
      quote_ = open ? c : '\0';
      return Step::next;
    } else if (open && std::string_view(";&|<>").find(c) != std::string_view::npos) {
      // In 2>file the 2 is no word.
      if (c == '>' && !word_.empty() &&
          std::all_of(word_.begin(), word_.end(), [](char d) { return d >= '0' && d <= '9'; })) {
        got_ = Got::nothing;
      }
      return Step::end;
    }
    got_ = Got::plain;
    word_ += c;
    return Step::next;
  }

  void flush() {
    if (got_ == Got::quoted || (got_ == Got::plain && !word_.empty())) words_.push_back(word_);
    word_.clear();
    got_ = Got::nothing;
  }

  std::vector<std::string> words_;
  std::string word_;
  Got got_ = Got::nothing;
  char quote_ = '\0';  // the one that is open: " ' ` or ( for $( )
  bool escaped_ = false;
};

}  // namespace

std::optional<std::vector<std::string>> split_command(std::string_view text) {
  return Words().read(text);
}

}  // namespace aistack::compose
