#include "compose/template.hpp"

#include <algorithm>

namespace aistack::compose {

namespace {

constexpr std::size_t kMaxBytes = 1 << 20;  // of one text, after the variables
constexpr int kMaxDepth = 32;               // defaults within defaults

using Outcome = Substitution::Outcome;

bool name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool name_part(char c) {
  return name_start(c) || (c >= '0' && c <= '9');
}

std::size_t name_end(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  if (end < text.size() && name_start(text[end])) {
    while (end < text.size() && name_part(text[end])) ++end;
  }
  return end;
}

// Where the brace that closes ${NAME:-… stands: the one that balances, else the last of the line.
std::size_t closing_brace(std::string_view text, std::size_t begin) {
  const auto line_end = std::min(text.find('\n', begin), text.size());
  const auto last = text.substr(0, line_end).rfind('}');
  if (last == std::string_view::npos || last < begin) return std::string_view::npos;
  int open = 1;
  for (std::size_t i = begin; i <= last; ++i) {
    if (text[i] == '{') ++open;
    if (text[i] == '}' && --open == 0) return i;
  }
  return last;
}

class Substituter {
 public:
  Substituter(const Lookup& lookup, const Unset& unset) : lookup_(lookup), unset_(unset) {}

  bool run(std::string_view text, int depth, std::string& out);

  Substitution result;

 private:
  bool fail(Outcome outcome) {
    result.outcome = outcome;
    return false;
  }
  bool append(std::string_view text, std::string& out) {
    if (out.size() + text.size() > kMaxBytes) return fail(Outcome::too_long);
    out += text;
    return true;
  }
  bool plain(const std::string& name, std::string& out);
  // `at` stands behind "${" and is left behind the closing brace.
  bool braced(std::string_view text, std::size_t& at, int depth, std::string& out);
  bool operation(const std::string& name, char letter, bool colon, std::string_view argument,
                 int depth, std::string& out);

  const Lookup& lookup_;
  const Unset& unset_;
};

bool Substituter::run(std::string_view text, int depth, std::string& out) {
  if (depth > kMaxDepth) return fail(Outcome::bad_format);
  std::size_t at = 0;
  while (at < text.size()) {
    const auto dollar = std::min(text.find('$', at), text.size());
    if (!append(text.substr(at, dollar - at), out)) return false;
    at = dollar + 1;
    if (at > text.size()) break;
    const char next = at < text.size() ? text[at] : '\0';
    if (next == '$') {
      ++at;
      if (!append("$", out)) return false;
    } else if (next == '{') {
      ++at;
      if (!braced(text, at, depth, out)) return false;
    } else if (const auto end = name_end(text, at); end > at) {
      if (!plain(std::string(text.substr(at, end - at)), out)) return false;
      at = end;
    } else if (!append("$", out)) {
      return false;
    }
  }
  return true;
}

bool Substituter::plain(const std::string& name, std::string& out) {
  const auto value = lookup_(name);
  if (!value) {
    if (unset_) unset_(name);
    return true;
  }
  return append(*value, out);
}

bool Substituter::braced(std::string_view text, std::size_t& at, int depth, std::string& out) {
  const auto end = name_end(text, at);
  if (end == at || end >= text.size()) return fail(Outcome::bad_format);
  const std::string name(text.substr(at, end - at));
  if (text[end] == '}') {
    at = end + 1;
    return plain(name, out);
  }
  const bool colon = text[end] == ':';
  const std::size_t letter = end + (colon ? 1 : 0);
  if (letter >= text.size() ||
      std::string_view("-+?").find(text[letter]) == std::string_view::npos) {
    return fail(Outcome::bad_format);
  }
  const auto close = closing_brace(text, letter + 1);
  if (close == std::string_view::npos) return fail(Outcome::bad_format);
  at = close + 1;
  return operation(name, text[letter], colon, text.substr(letter + 1, close - letter - 1), depth,
                   out);
}

bool Substituter::operation(const std::string& name, char letter, bool colon,
                            std::string_view argument, int depth, std::string& out) {
  const auto value = lookup_(name);
  const bool given = value && !(colon && value->empty());
  if (letter == '+') return given ? run(argument, depth + 1, out) : true;
  if (given) return append(*value, out);
  if (letter == '-') return run(argument, depth + 1, out);
  std::string message;
  if (!run(argument, depth + 1, message)) return false;
  result.variable = name;
  result.message = std::move(message);
  return fail(Outcome::required);
}

}  // namespace

Substitution substitute(std::string_view text, const Lookup& lookup, const Unset& unset) {
  Substituter substituter(lookup, unset);
  std::string out;
  if (substituter.run(text, 0, out)) substituter.result.text = std::move(out);
  return std::move(substituter.result);
}

}  // namespace aistack::compose
