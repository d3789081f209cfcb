#include <algorithm>
#include <array>

#include "domain/redaction/secret_keys.hpp"
#include "domain/redaction/values.hpp"

namespace aistack::domain::redaction {
namespace {

constexpr auto npos = std::string_view::npos;

bool is_space(char c) {
  return c == ' ' || c == '\t';
}
bool is_quote(char c) {
  return c == '"' || c == '\'' || c == '`';
}

struct Quote {
  char mark = 0;  // 0: none
  std::size_t backslashes = 0;
};

// Reads on from a place, as a hand-written parser does.
class Reader {
 public:
  Reader(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  bool done() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool take(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  std::size_t spaces() {
    const auto begin = at_;
    while (!done() && is_space(text_[at_])) ++at_;
    return at_ - begin;
  }
  // A quote with the backslashes before it.
  Quote quote() {
    auto end = at_;
    while (end < text_.size() && text_[end] == '\\') ++end;
    if (end >= text_.size() || !is_quote(text_[end])) return {};
    const Quote found{text_[end], end - at_};
    at_ = end + 1;
    return found;
  }

 private:
  std::string_view text_;
  std::size_t at_;
};

// The quote that stands just before `at`.
Quote quote_before(std::string_view text, std::size_t at) {
  if (at == 0 || !is_quote(text[at - 1])) return {};
  std::size_t slashes = 0;
  while (slashes + 1 < at && text[at - 2 - slashes] == '\\') ++slashes;
  return {text[at - 1], slashes};
}

// Is there nothing before the key but what may stand before one at a line's beginning?
bool leads_line(const Line& line, std::size_t key) {
  if (line.content == npos || key < line.content) return false;
  auto before = line.text.substr(line.content, key - line.content);
  const auto skip = [&](std::string_view token) {
    if (!before.starts_with(token)) return false;
    before.remove_prefix(token.size());
    return true;
  };
  constexpr auto kLeads = std::to_array<std::string_view>(
      {" ", "\t", "- ", "# ", "#", "; ", "// ", "> ", "< ", "* ", "export ", "set ", "ENV ",
       "Environment=", "$env:", "\"", "'"});
  while (std::any_of(kLeads.begin(), kLeads.end(), skip)) {
  }
  return before.empty();
}

bool contains_word(std::string_view name, std::string_view lower_word) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; };
  return std::search(name.begin(), name.end(), lower_word.begin(), lower_word.end(), same) !=
         name.end();
}

bool is_header(std::string_view name) {
  return contains_word(name, "authorization") || contains_word(name, "cookie");
}

Ending quoted(Quote quote) {
  return {.kind = Ending::Kind::quoted, .quote = quote.mark, .level = level_of(quote.backslashes)};
}

// "api key: …": a key that says what it opens in the word before it.
std::size_t with_word_before(std::string_view text, std::size_t begin) {
  if (begin < 2 || text[begin - 1] != ' ') return begin;
  auto at = begin - 1;
  while (at > 0 && is_name_byte(text[at - 1]) && begin - at < 32) --at;
  return at;
}

bool in_query(std::string_view text, std::size_t begin) {
  if (begin == 0) return false;
  return text[begin - 1] == '?' || text[begin - 1] == '&' ||
         text.substr(0, begin).ends_with("\\u0026");
}

bool is_secret_name(const Line& line, std::size_t begin, std::size_t end) {
  auto name = line.text.substr(begin, end - begin);
  if (in_query(line.text, begin)) return is_secret_parameter(name);
  // "api key", and "EOS token".
  if (name.size() == 3 || name.size() == 5) {
    const auto earlier = with_word_before(line.text, begin);
    name = line.text.substr(earlier, end - earlier);
  }
  return is_secret_key(name);
}

// "null" and the like, or a number where JSON has one: the value's end is known then.
std::size_t end_of_scalar(std::string_view text, std::size_t at) {
  if (text.substr(at).starts_with("${")) {
    const auto close = text.find('}', at);
    if (close != npos) return close + 1;
  }
  return std::min(text.find_first_of(" \t\r,;}])\"'&<\\", at), text.size());
}

class Finder {
 public:
  Finder(Line& line, std::size_t begin, std::size_t end)
      : line_(line), begin_(begin), end_(end), name_(line.text.substr(begin, end - begin)) {}

  std::optional<Value> find() {
    Reader reader{line_.text, end_};
    const auto opening = quote_before(line_.text, begin_);
    Quote closing;
    if (opening.mark != 0) {
      auto closed = reader;
      closing = closed.quote();
      if (closing.mark == opening.mark)
        reader = closed;
      else
        closing = {};
    }
    if (const auto value = argument(reader, closing)) return value;
    if (closing.mark != 0) {
      if (const auto value = named_value(reader)) return value;
      reader.take("]");
    }
    if (begin_ > 0 && line_.text[begin_ - 1] == '<' && reader.take(">"))
      return at(reader.at(), {.kind = Ending::Kind::element});
    if (const auto value = after_space(reader)) return value;
    return after_separator(reader, opening, closing);
  }

 private:
  Value at(std::size_t begin, Ending ending) const {
    Value value{.begin = begin, .ending = std::move(ending)};
    return value;
  }

  Openings around() const { return line_.openings_at(begin_); }

  // --api-key VALUE, and "--api-key", "VALUE" in a list of arguments.
  std::optional<Value> argument(Reader reader, Quote closing) const {
    if (!name_.starts_with('-')) return std::nullopt;
    if (closing.mark != 0 || reader.done()) {
      reader.spaces();
      const bool comma = reader.take(",");
      reader.spaces();
      const auto quote = reader.quote();
      if (quote.mark != 0 && comma) return visible(at(reader.at(), quoted(quote)));
      if (!reader.done() || !line_.complete) return std::nullopt;
      Value below;
      below.where = Value::Where::next;
      return below;
    }
    if (reader.spaces() == 0 || reader.peek() == '-') return std::nullopt;
    if (const auto quote = reader.quote(); quote.mark != 0)
      return visible(at(reader.at(), quoted(quote)));
    return visible(at(reader.at(), {.kind = Ending::Kind::bare, .around = around()}));
  }

  // {"name": "DB_PASSWORD", "value": "…"}, as lists of variables are written.
  std::optional<Value> named_value(Reader reader) const {
    reader.spaces();
    if (!reader.take(",")) return std::nullopt;
    reader.spaces();
    if (reader.quote().mark == 0 || !(reader.take("value") || reader.take("Value")))
      return std::nullopt;
    if (reader.quote().mark == 0) return std::nullopt;
    reader.spaces();
    if (!reader.take(":")) return std::nullopt;
    reader.spaces();
    const auto quote = reader.quote();
    if (quote.mark == 0) return std::nullopt;
    return visible(at(reader.at(), quoted(quote)));
  }

  // IDENTIFIED BY PASSWORD '…', password "…"; login bob password …, as .netrc has it.
  std::optional<Value> after_space(Reader reader) const {
    if (!contains_word(name_, "pass") || reader.spaces() != 1) return std::nullopt;
    if (const auto quote = reader.quote(); quote.mark != 0)
      return visible(at(reader.at(), quoted(quote)));
    constexpr std::string_view kLogin = "login ";
    const auto login = line_.text.substr(0, begin_).rfind(kLogin);
    if (login == npos || begin_ - login > 200) return std::nullopt;
    // Nothing but the account's name stands between the two.
    const auto account = line_.text.substr(login + kLogin.size(), begin_ - login - kLogin.size());
    if (account.size() < 2 || account.find_first_of(" :,") != account.size() - 1)
      return std::nullopt;
    return visible(at(reader.at(), {.kind = Ending::Kind::bare, .around = around()}));
  }

  std::optional<Value> after_separator(Reader reader, Quote opening, Quote closing) const {
    const auto spaces_before = reader.spaces();
    const char separator = reader.peek();
    if (separator == ':' && (reader.peek(1) == ':' || reader.take("://"))) return std::nullopt;
    if (!reader.take(":=") && !reader.take("=>") && !reader.take("==") && !reader.take(":") &&
        !reader.take("="))
      return std::nullopt;
    if (separator == ':' && reader.peek() == ':') return std::nullopt;
    const auto spaces = reader.spaces();
    const bool leads = leads_line(line_, begin_);
    if (reader.done()) return nothing_here(leads && separator == ':');
    const auto begin = reader.at();
    if (const auto quote = reader.quote(); quote.mark != 0) {
      auto value = at(reader.at(), quoted(quote));
      value.may_continue = leads && quote.backslashes == 0;
      value.indent = column();
      return visible(std::move(value));
    }
    const char first = reader.peek();
    if (first == '{') return std::nullopt;
    if (first == '[') return list(begin);
    if (leads && separator == ':' && (first == '|' || first == '>') && spaces > 0 &&
        line_.text.find_first_not_of("|>+-0123456789 ", begin) == npos)
      return block();
    if (opening.mark != 0 && closing.mark == 0 && spaces_before == 0)
      return visible(at(begin, quoted(opening)));  // "NAME=value"
    return unquoted(begin, leads, separator, spaces, closing);
  }

  std::optional<Value> unquoted(std::size_t begin, bool leads, char separator, std::size_t spaces,
                                Quote closing) const {
    auto value = at(begin, {});
    value.indent = column();
    const auto end = end_of_scalar(line_.text, begin);
    const auto scalar = line_.text.substr(begin, end - begin);
    if (end < line_.text.size() || line_.complete) {
      if (is_public_value(scalar) && rest_is_empty(end, leads)) return std::nullopt;
    }
    if (closing.mark != 0 && is_number(scalar)) {  // "pin": 1234, in JSON
      const auto slashes = std::string(closing.backslashes, '\\');
      value.mark = slashes + closing.mark + "***" + slashes + closing.mark;
      value.ending = {.kind = Ending::Kind::bare, .around = around()};
      value.ending.around.curly += 1;
      return value;
    }
    if (in_query(line_.text, begin_)) {
      value.ending.kind = Ending::Kind::query;
      return value;
    }
    value.ending.around = around();
    if (leads || is_header(name_)) {
      value.ending.kind = Ending::Kind::line;
      value.ending.comment = leads && separator == ':';
      if (is_header(name_) && separator == '=' && !leads) value.ending.kind = Ending::Kind::bare;
      return value;
    }
    const bool flow = separator == ':' && spaces > 0 && value.ending.around.curly > 0 &&
                      !value.ending.around.in_string();
    value.ending.kind = flow ? Ending::Kind::flow : Ending::Kind::bare;
    return value;
  }

  // Is a value like "null" all that there is? "null and void" may be a passphrase.
  bool rest_is_empty(std::size_t end, bool leads) const {
    if (!leads) return true;
    const auto rest = line_.text.find_first_not_of(" \t\r,}])\"'", end);
    return rest == npos || line_.text[rest] == '#' || line_.text[rest] == '"';
  }

  static bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.-+eE") == npos;
  }

  std::optional<Value> list(std::size_t begin) const {
    const bool names = contains_word(name_, "secrets");  // Compose's: which files, not what is in
    if (names) return std::nullopt;
    auto value = at(begin + 1, {.kind = Ending::Kind::list, .depth = 1});
    value.mark = "\"***\"";
    const auto close = line_.text.find_first_not_of(' ', begin + 1);
    if (close != npos && line_.text[close] == ']') return std::nullopt;
    return value;
  }

  std::optional<Value> nothing_here(bool leads) const {
    if (!leads || !line_.complete || contains_word(name_, "secrets")) return std::nullopt;
    Value value;
    value.where = Value::Where::below;
    value.indent = column();
    return value;
  }

  Value block() const {
    Value value;
    value.where = Value::Where::block;
    value.indent = column();
    return value;
  }

  std::size_t column() const { return begin_ - std::min(begin_, line_.content); }

  // Leaves alone what is quoted and yet no secret.
  std::optional<Value> visible(Value value) const {
    auto probe = value.ending;
    const auto end = end_of_value(line_.text, value.begin, probe, line_.complete);
    if (end != npos && is_public_value(line_.text.substr(value.begin, end - value.begin)))
      return std::nullopt;
    return value;
  }

  Line& line_;
  std::size_t begin_;
  std::size_t end_;
  std::string_view name_;
};

// "Bearer abc": the scheme is part of the value.
void with_scheme(const Line& line, Value& value) {
  if (value.where != Value::Where::here || value.ending.kind != Ending::Kind::bare) return;
  constexpr auto kSchemes = std::to_array<std::string_view>(
      {"bearer ", "basic ", "token ", "digest ", "negotiate ", "apikey "});
  const auto rest = line.text.substr(value.begin, 12);
  for (const auto scheme : kSchemes)
    if (rest.size() > scheme.size() && contains_word(rest.substr(0, scheme.size()), scheme))
      value.begin += scheme.size();
}

}  // namespace

std::optional<Value> value_of(Line& line, std::size_t begin, std::size_t end) {
  if (!is_secret_name(line, begin, end)) return std::nullopt;
  auto value = Finder{line, begin, end}.find();
  if (value) with_scheme(line, *value);
  return value;
}

}  // namespace aistack::domain::redaction
