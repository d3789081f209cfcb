#include "adapters/engine/json_cursor.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace aistack::engine {

void JsonCursor::fail() {
  ok_ = false;
  rest_ = {};
}

void JsonCursor::space() {
  while (!rest_.empty() &&
         (rest_[0] == ' ' || rest_[0] == '\n' || rest_[0] == '\r' || rest_[0] == '\t'))
    rest_.remove_prefix(1);
}

char JsonCursor::peek() {
  space();
  return rest_.empty() ? '\0' : rest_[0];
}

bool JsonCursor::expect(char byte) {
  if (peek() != byte) {
    fail();
    return false;
  }
  rest_.remove_prefix(1);
  return true;
}

bool JsonCursor::open(char bracket) {
  if (peek() != bracket) {
    skip();
    return false;
  }
  rest_.remove_prefix(1);
  first_ = true;
  return true;
}

bool JsonCursor::next(char closing) {
  const bool first = first_;
  first_ = false;
  if (peek() == closing) {
    rest_.remove_prefix(1);
    return false;
  }
  if (rest_.empty()) fail();
  return ok_ && (first || expect(','));
}

std::string_view JsonCursor::string_with_quotes() {
  if (peek() != '"') {
    fail();
    return {};
  }
  for (std::size_t i = 1; i < rest_.size(); ++i) {
    if (rest_[i] == '\\') {
      ++i;
    } else if (rest_[i] == '"') {
      const auto token = rest_.substr(0, i + 1);
      rest_.remove_prefix(i + 1);
      return token;
    }
  }
  fail();
  return {};
}

std::string_view JsonCursor::string_token(std::string& decoded) {
  const auto token = string_with_quotes();
  if (token.empty()) return {};
  bool plain = true;
  for (const char byte : token)
    plain = plain && byte != '\\' && static_cast<unsigned char>(byte) >= 0x20 &&
            static_cast<unsigned char>(byte) < 0x80;
  if (plain) return token.substr(1, token.size() - 2);
  // Escapes, and bytes that must be valid UTF-8: rare, and the library knows the rules.
  const auto value = nlohmann::json::parse(token.begin(), token.end(), nullptr, false);
  if (!value.is_string()) {
    fail();
    return {};
  }
  decoded = value.get_ref<const std::string&>();
  return decoded;
}

std::string JsonCursor::text() {
  if (peek() != '"') {
    skip();
    return {};
  }
  std::string decoded;
  return std::string(string_token(decoded));
}

std::int64_t JsonCursor::number() {
  const char first = peek();
  std::int64_t value = 0;
  if (first == '-' || (first >= '0' && first <= '9'))
    std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
  skip();
  return value;
}

void JsonCursor::skip() {
  int depth = 0;
  do {
    const char first = peek();
    if (first == '"') {
      (void)string_with_quotes();
    } else if (first == '{' || first == '[') {
      ++depth;
      rest_.remove_prefix(1);
    } else if (first == '}' || first == ']') {
      if (depth == 0) return fail();
      --depth;
      rest_.remove_prefix(1);
    } else if ((first == ',' || first == ':') && depth > 0) {
      rest_.remove_prefix(1);
    } else {
      const auto end = rest_.find_first_of(",:]}[{\" \n\r\t");
      if (end == 0 || rest_.empty()) return fail();
      rest_.remove_prefix(std::min(end, rest_.size()));
    }
  } while (depth > 0);
}

}  // namespace aistack::engine
