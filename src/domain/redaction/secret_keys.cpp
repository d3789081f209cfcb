#include "domain/redaction/secret_keys.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string>

namespace aistack::domain::redaction {
namespace {

constexpr std::size_t kLongestName = 256;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return is_upper(c) ? static_cast<char>(c | 0x20) : c;
}

template <std::size_t N>
bool among(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// Words that make any name with them a secret, also grown together with others: "pgpassword".
constexpr auto kInside = std::to_array<std::string_view>(
    {"password",   "passwd",    "passphrase", "passcode",         "apikey",
     "privatekey", "secretkey", "accesskey",  "authkey",          "authtoken",
     "sessionid",  "sessid",    "sessionkey", "signingkey",       "encryptionkey",
     "masterkey",  "sharedkey", "accountkey", "connectionstring", "authorization"});
constexpr auto kWords = std::to_array<std::string_view>(
    {"pass",       "pwd",         "secret", "secrets", "token", "cookie", "cookies",
     "credential", "credentials", "creds",  "bearer",  "jwt",   "otp",    "totp",
     "salt",       "signature",   "sig",    "csrf",    "xsrf",  "dsn",    "psk"});
// Before "key": what such a key opens. "primary_key" and "cache_key" open nothing.
constexpr auto kKeyOf = std::to_array<std::string_view>(
    {"api",     "access",  "secret", "private",     "signing", "encryption", "encrypt",
     "master",  "session", "auth",   "shared",      "account", "ssh",        "deploy",
     "license", "service", "admin",  "jwt",         "hmac",    "symmetric",  "storage",
     "openai",  "app",     "client", "webui",       "webhook", "bot",        "anthropic",
     "fernet",  "aes",     "rsa",    "subscription"});
constexpr auto kHarmlessKeyOf =
    std::to_array<std::string_view>({"public", "primary", "foreign", "sort", "partition", "cache",
                                     "unique", "registry", "index", "group"});
// The last word of a name that only describes a secret.
constexpr auto kDescribes = std::to_array<std::string_view>(
    {"count",     "counts",    "limit",       "limits",   "length",   "len",        "size",
     "type",      "types",     "name",        "names",    "file",     "files",      "path",
     "dir",       "directory", "ttl",         "expiry",   "expires",  "expiration", "expired",
     "url",       "uri",       "endpoint",    "host",     "port",     "enabled",    "disabled",
     "required",  "policy",    "timeout",     "seconds",  "second",   "ms",         "version",
     "algorithm", "alg",       "index",       "rate",     "hint",     "age",        "at",
     "provider",  "method",    "mode",        "scheme",   "status",   "error",      "format",
     "domain",    "realm",     "issuer",      "audience", "scope",    "scopes",     "store",
     "manager",   "driver",    "fingerprint", "site",     "samesite", "secure",     "httponly",
     "lifetime",  "env",       "usage",       "used",     "budget",   "id",         "ids",
     "position",  "prefix",    "rotation",    "strength"});
// Before "token": models and parsers have tokens too.
constexpr auto kHarmlessTokenOf = std::to_array<std::string_view>(
    {"eos",  "bos",   "eot",    "eog",        "lf",    "pre",     "suf",
     "mid",  "rep",   "pad",    "unk",        "stop",  "special", "mask",
     "sep",  "cls",   "max",    "min",        "num",   "per",     "first",
     "last", "total", "prompt", "completion", "input", "output",  "unexpected"});
// Before "tokens": these are secrets, every other plural counts.
constexpr auto kTokensOf = std::to_array<std::string_view>(
    {"api", "access", "auth", "refresh", "bearer", "session", "secret", "personal"});

// Up to eight words, the last ones: names with more have their meaning at the end.
class Words {
 public:
  explicit Words(std::string_view name) {
    text_.reserve(name.size());
    std::size_t begin = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
      const char c = name[i];
      const bool letter = is_upper(c) || is_lower(c) || is_digit(c);
      const bool hump = is_upper(c) && i > 0 &&
                        (is_lower(name[i - 1]) || is_digit(name[i - 1]) ||
                         (is_upper(name[i - 1]) && i + 1 < name.size() && is_lower(name[i + 1])));
      if (!letter || hump) add(begin);
      if (!letter || hump) begin = text_.size();
      if (letter) text_ += lower(c);
    }
    add(begin);
    while (count_ > 1 && all_digits(word(count_ - 1))) --count_;
  }

  std::size_t count() const { return count_; }
  std::string_view word(std::size_t i) const {
    return std::string_view{text_}.substr(begins_[i], ends_[i] - begins_[i]);
  }
  std::string_view last() const { return count_ == 0 ? "" : word(count_ - 1); }
  std::string_view before_last() const { return count_ < 2 ? "" : word(count_ - 2); }
  bool has(std::string_view text) const { return text_.find(text) != std::string::npos; }

 private:
  static bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), is_digit);
  }
  void add(std::size_t begin) {
    if (begin == text_.size()) return;
    if (count_ == begins_.size()) {
      std::copy(begins_.begin() + 1, begins_.end(), begins_.begin());
      std::copy(ends_.begin() + 1, ends_.end(), ends_.begin());
      --count_;
    }
    begins_[count_] = begin;
    ends_[count_++] = text_.size();
  }

  std::string text_;  // all words without what stood between them
  std::array<std::size_t, 8> begins_{};
  std::array<std::size_t, 8> ends_{};
  std::size_t count_ = 0;
};

bool is_key(const Words& words, std::string_view name) {
  const auto last = words.last();
  if (last != "key" && last != "keys") return false;
  const auto of = words.before_last();
  if (among(of, kKeyOf)) return true;
  if (of.empty() || among(of, kHarmlessKeyOf)) return false;
  return std::none_of(name.begin(), name.end(), is_lower);  // FLASK_APP_KEY, as environments have
}

bool is_word(const Words& words, std::size_t i) {
  const auto word = words.word(i);
  if (word == "token" || word.ends_with("token"))
    return i == 0 || !among(words.word(i - 1), kHarmlessTokenOf);
  if (word.ends_with("secret")) return true;
  return among(word, kWords);
}

}  // namespace

bool is_secret_key(std::string_view name) {
  if (name.size() > kLongestName) name.remove_prefix(name.size() - kLongestName);
  const Words words{name};
  const auto last = words.last();
  if (last.empty()) return false;
  if (words.has("sessionid") || words.has("secretid")) return true;
  if (among(last, kDescribes)) return false;
  if (last == "tokens") return among(words.before_last(), kTokensOf);
  if (last == "auth" || is_key(words, name)) return true;
  for (const auto inside : kInside)
    if (words.has(inside)) return true;
  for (std::size_t i = 0; i < words.count(); ++i)
    if (is_word(words, i)) return true;
  return false;
}

bool is_secret_parameter(std::string_view name) {
  constexpr auto kShort = std::to_array<std::string_view>({"key", "code", "sid", "auth", "pw"});
  std::string folded;
  std::transform(name.begin(), name.end(), std::back_inserter(folded), lower);
  return among(folded, kShort) || is_secret_key(name);
}

bool is_public_value(std::string_view value) {
  std::string folded;
  if (value.size() > 80) return false;
  std::transform(value.begin(), value.end(), std::back_inserter(folded), lower);
  constexpr auto kNothing = std::to_array<std::string_view>(
      {"", "null", "none", "nil", "true", "false", "yes", "no", "on", "off", "undefined", "~", "{}",
       "[]", "[redacted]", "<redacted>", "redacted", "(redacted)", "<nil>"});
  if (among(folded, kNothing)) return true;
  const bool masked = value.size() >= 3 && value.find_first_not_of("*x") == std::string_view::npos;
  if (masked) return true;
  const auto is_name = [](std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
      return is_upper(c) || is_digit(c) || c == '_';
    });
  };
  if (value.starts_with("${") && value.ends_with('}'))
    return is_name(value.substr(2, value.size() - 3));
  return value.starts_with('$') && is_name(value.substr(1)) && !is_digit(value[1]);
}

}  // namespace aistack::domain::redaction
