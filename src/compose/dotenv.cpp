#include "compose/dotenv.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace aistack::compose {

namespace {

constexpr std::size_t kMaxTotal = std::size_t{4} << 20;  // of all values of a file

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

bool name_char(char c) {
  // Bytes of other alphabets' letters are let through.
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_.-[]").find(c) != std::string_view::npos ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string_view skip_blanks(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view trim_end(std::string_view text) {
  while (!text.empty() && (blank(text.back()) || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

// \n, \t, \", \\, \$ (which becomes "$$": no variable) and \0 with three octal digits.
std::string expand_escapes(std::string_view text) {
  static constexpr std::string_view kLetters = "abfnrtv\"\\";
  static constexpr std::string_view kMeaning = "\a\b\f\n\r\t\v\"\\";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] != '\\' || next == '\0') {
      out += text[i];
      continue;
    }
    ++i;
    if (next == '$') {
      out += "$$";
    } else if (const auto letter = kLetters.find(next); letter != std::string_view::npos) {
      out += kMeaning[letter];
    } else if (next == '0') {
      const std::string_view octal = text.substr(i + 1, 3);
      unsigned value = 0;
      const auto read = std::from_chars(octal.data(), octal.data() + octal.size(), value, 8);
      if (octal.size() == 3 && read.ptr == octal.data() + 3 && value < 0x80) {
        out += static_cast<char>(value);
        i += 3;
      } else {
        out += "\\";
      }
    } else {
      out += '\\';
      out += next;
    }
  }
  return out;
}

class Parser {
 public:
  Parser(std::string_view text, const Lookup& lookup, std::map<std::string, std::string>& values)
      : rest_(text), lookup_(lookup), values_(values) {
    if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
  }

  std::optional<EnvFileError> run();

 private:
  EnvFileError wrong(std::string message) const { return {line_, std::move(message)}; }
  bool skip_to_statement();
  std::optional<EnvFileError> statement();
  std::optional<EnvFileError> value_of(const std::string& name);
  std::optional<EnvFileError> quoted(const std::string& name, char quote);
  std::optional<EnvFileError> expand(const std::string& name, std::string_view value);
  std::optional<EnvFileError> store(const std::string& name, std::string value);

  std::string_view rest_;
  const Lookup& lookup_;
  std::map<std::string, std::string>& values_;
  int line_ = 1;
  std::size_t total_ = 0;
};

std::optional<EnvFileError> Parser::run() {
  while (skip_to_statement()) {
    if (auto error = statement()) return error;
  }
  return std::nullopt;
}

bool Parser::skip_to_statement() {
  while (!rest_.empty()) {
    if (rest_.front() == '\n') {
      ++line_;
      rest_.remove_prefix(1);
    } else if (blank(rest_.front())) {
      rest_.remove_prefix(1);
    } else if (rest_.front() == '#') {
      rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
    } else {
      return true;
    }
  }
  return false;
}

std::optional<EnvFileError> Parser::statement() {
  static constexpr std::string_view kExport = "export";
  if (rest_.starts_with(kExport) && rest_.size() > kExport.size() && blank(rest_[kExport.size()])) {
    rest_ = skip_blanks(rest_.substr(kExport.size()));
  }
  std::size_t end = 0;
  while (end < rest_.size() && (name_char(rest_[end]) || blank(rest_[end]))) ++end;
  const std::string name(trim_end(rest_.substr(0, end)));
  const char stop = end < rest_.size() ? rest_[end] : '\n';
  // What a line that is no assignment holds may be a password, so it is never repeated.
  if (stop != '=' && stop != ':' && stop != '\n') return wrong("the line is not NAME=value");
  if (name.empty()) return wrong("a value without a name");
  if (name.find(' ') != std::string::npos) return wrong("the name has a space in it");
  rest_.remove_prefix(std::min(end + (stop == '\n' ? 0 : 1), rest_.size()));
  if (stop != '\n') return value_of(name);
  if (const auto value = lookup_(name)) return store(name, *value);
  return std::nullopt;
}

std::optional<EnvFileError> Parser::value_of(const std::string& name) {
  rest_ = skip_blanks(rest_);
  if (!rest_.empty() && (rest_.front() == '"' || rest_.front() == '\'')) {
    return quoted(name, rest_.front());
  }
  std::string_view value = rest_.substr(0, rest_.find('\n'));
  rest_.remove_prefix(value.size());
  value = value.substr(0, value.find(" #"));
  return expand(name, trim_end(value));
}

std::optional<EnvFileError> Parser::quoted(const std::string& name, char quote) {
  const int first_line = line_;
  std::string value;
  for (std::size_t i = 1; i < rest_.size(); ++i) {
    const char c = rest_[i];
    if (c == '\n') ++line_;
    if (c == '\\' && i + 1 < rest_.size()) {
      const char next = rest_[++i];
      if (next == '\n') ++line_;
      if (next != quote) value += '\\';
      value += next;
    } else if (c != quote) {
      value += c;
    } else {
      rest_.remove_prefix(i + 1);
      if (quote == '"') return expand(name, expand_escapes(value));
      return store(name, std::move(value));
    }
  }
  line_ = first_line;
  return wrong("the quote of " + printable(name, 60) + " is never closed");
}

std::optional<EnvFileError> Parser::expand(const std::string& name, std::string_view value) {
  const auto found = [this](const std::string& variable) -> std::optional<std::string> {
    if (auto outer = lookup_(variable)) return outer;
    const auto own = values_.find(variable);
    return own == values_.end() ? std::nullopt : std::optional(own->second);
  };
  auto result = substitute(value, found, {});
  switch (result.outcome) {
    case Substitution::Outcome::ok:
      return store(name, std::move(result.text));
    case Substitution::Outcome::required:
      return wrong("the variable " + result.variable + " has no value" +
                   (result.message.empty() ? "" : ": " + result.message));
    case Substitution::Outcome::too_long:
      return wrong("the value of " + printable(name, 60) + " is too long");
    case Substitution::Outcome::bad_format:
      break;
  }
  return wrong("the value of " + printable(name, 60) +
               " has a \"$\" that begins no variable (write \"$$\", or use single quotes)");
}

std::optional<EnvFileError> Parser::store(const std::string& name, std::string value) {
  total_ += value.size();
  if (total_ > kMaxTotal) return wrong("the values are too long");
  values_[name] = std::move(value);
  return std::nullopt;
}

std::optional<EnvFileError> read_raw(std::string_view text, const Lookup& lookup,
                                     std::map<std::string, std::string>& values) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  int number = 0;
  for (const auto& full : split(text, '\n')) {
    ++number;
    std::string_view line = skip_blanks(full);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find('=');
    const std::string name(line.substr(0, equals));
    if (name.empty()) return EnvFileError{number, "a value without a name"};
    if (name.find_first_of(" \t") != std::string::npos) {
      return EnvFileError{number, "the name has a space in it"};
    }
    if (equals != std::string_view::npos) {
      values[name] = line.substr(equals + 1);
    } else if (const auto value = lookup(name)) {
      values[name] = *value;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<EnvFileError> read_env_file(const std::string& text, EnvFormat format,
                                          const Lookup& lookup,
                                          std::map<std::string, std::string>& values) {
  if (format == EnvFormat::raw) return read_raw(text, lookup, values);
  return Parser(text, lookup, values).run();
}

}  // namespace aistack::compose
