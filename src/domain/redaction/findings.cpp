#include "domain/redaction/findings.hpp"

#include <algorithm>
#include <array>

#include "domain/redaction/known_secrets.hpp"
#include "domain/redaction/secret_keys.hpp"
#include "domain/redaction/token_shapes.hpp"

namespace aistack::domain::redaction {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t kLongestName = 128;
constexpr std::size_t kLongestUser = 2048;
constexpr std::size_t kLongestDataSource = 256;
constexpr std::string_view kPemEnd = "-----END";
constexpr std::string_view kAmpersand = "u0026";  // with a backslash before it, as Go writes JSON

// Kinds of anchors; an id is the kind, and above it an index.
enum Kind : std::uint32_t {
  key,
  shape,
  web_token,
  scheme,
  pem,
  address,
  data_source,
  login,
  known
};
constexpr unsigned kKindBits = 4;

// A beginning or a middle of every name that is_secret_key can accept.
constexpr auto kKeyStems = std::to_array<std::string_view>(
    {"pass",       "pwd",        "secret", "token", "key",  "auth", "bearer",
     "cookie",     "cred",       "jwt",    "otp",   "salt", "sig",  "sessionid",
     "session_id", "session-id", "sessid", "csrf",  "xsrf", "dsn",  "psk",
     "connection", "code=",      "sid=",   "pw="});

}  // namespace

Rules::Rules(const std::vector<std::string>& known) {
  for (const auto stem : kKeyStems) anchors_.add(stem, Anchors::Case::folded, Kind::key);
  const auto shapes = token_shapes();
  for (std::size_t i = 0; i < shapes.size(); ++i)
    anchors_.add(shapes[i].prefix, Anchors::Case::exact,
                 Kind::shape | static_cast<std::uint32_t>(i << kKindBits));
  anchors_.add("eyJ", Anchors::Case::exact, Kind::web_token);
  anchors_.add("bearer ", Anchors::Case::folded, Kind::scheme);
  anchors_.add("basic ", Anchors::Case::folded, Kind::scheme);
  anchors_.add("-----BEGIN ", Anchors::Case::exact, Kind::pem);
  anchors_.add("://", Anchors::Case::exact, Kind::address);
  anchors_.add("@tcp(", Anchors::Case::exact, Kind::data_source);
  anchors_.add("@unix(", Anchors::Case::exact, Kind::data_source);
  for (const auto option : {"--user ", "--user=", "-u "})
    anchors_.add(option, Anchors::Case::exact, Kind::login);
  for (const auto& secret : known) add_known(secret);
}

void Rules::add_known(const std::string& secret) {
  for (const auto& form : forms_of(secret)) {
    anchors_.add(form, Anchors::Case::exact, Kind::known);
    known_.add(form, Anchors::Case::exact, Kind::known);
  }
}

std::optional<Finding> Judge::at(std::size_t place, std::size_t from) {
  std::optional<Finding> best;
  rules_.anchors().matches(line_.text, place, [&](const Anchors::Entry& entry) {
    auto finding = judge(entry, place, from);
    // Of several (a known secret that is also a token), the one that takes most.
    const bool better = finding && (!best || finding->after != Finding::After::nothing ||
                                    (best->after == Finding::After::nothing &&
                                     (finding->end > best->end || finding->begin < best->begin)));
    if (better) {
      if (best) finding->begin = std::min(finding->begin, best->begin);
      best = std::move(finding);
    }
    return false;
  });
  return best;
}

std::optional<Finding> Judge::judge(const Anchors::Entry& entry, std::size_t place,
                                    std::size_t from) {
  const auto text = line_.text;
  std::optional<Range> range;
  switch (entry.id & ((1U << kKindBits) - 1)) {
    case Kind::key:
      return key(place, entry.text.size());
    case Kind::shape:
      range = token_at(token_shapes()[entry.id >> kKindBits], text, place);
      break;
    case Kind::web_token:
      range = web_token_at(text, place);
      break;
    case Kind::scheme:
      range = scheme_credential_at(text, place);
      break;
    case Kind::pem:
      return private_key(place);
    case Kind::address:
      return address(place);
    case Kind::data_source:
      return data_source(place, from);
    case Kind::login:
      return login(place, place + entry.text.size());
    case Kind::known:
      range = Range{place, place + entry.text.size()};
      break;
    default:
      break;
  }
  if (!range) return std::nullopt;
  Finding finding{.begin = range->begin, .end = range->end};
  if (finding.end == text.size() && !line_.complete) {
    finding.after = Finding::After::value;
    finding.ending = {.kind = Ending::Kind::bare};
  }
  return finding;
}

std::optional<Finding> Judge::key(std::size_t place, std::size_t length) {
  const auto text = line_.text;
  auto begin = place;
  auto end = place + length;
  if (text[end - 1] == '=') --end;  // of "code="
  while (begin > 0 && place - begin < kLongestName && is_name_byte(text[begin - 1])) --begin;
  while (end < text.size() && end - place < kLongestName && is_name_byte(text[end])) ++end;
  if (end <= judged_) return std::nullopt;
  judged_ = end;
  // "\npassword": the letter belongs to the backslash.
  if (begin > 0 && text[begin - 1] == '\\' && begin + 1 < place &&
      std::string_view{"nrt"}.find(text[begin]) != npos && begins_word(text, begin + 1))
    ++begin;
  if (begin > 0 && text[begin - 1] == '\\' && text.substr(begin).starts_with(kAmpersand))
    begin += kAmpersand.size();
  const auto value = value_of(line_, begin, end);
  if (!value) return std::nullopt;
  return finding_of(*value);
}

Finding Judge::finding_of(const Value& value) const {
  Finding finding{.begin = value.begin, .end = value.begin, .mark = value.mark};
  finding.indent = value.indent;
  switch (value.where) {
    case Value::Where::below:
      finding.after = Finding::After::below;
      return finding;
    case Value::Where::block:
      finding.after = Finding::After::block;
      return finding;
    case Value::Where::next:
      finding.after = Finding::After::argument;
      return finding;
    case Value::Where::here:
      break;
  }
  finding.ending = value.ending;
  finding.end = end_of_value(line_.text, value.begin, finding.ending, line_.complete);
  if (finding.end != npos) return finding;
  finding.end = line_.text.size();
  finding.crosses = value.ending.kind == Ending::Kind::list || value.may_continue;
  if (!line_.complete || finding.crosses) finding.after = Finding::After::value;
  return finding;
}

std::optional<Finding> Judge::private_key(std::size_t place) const {
  constexpr std::size_t kLongestTitle = 80;
  const auto text = line_.text;
  const auto title = text.substr(place, kLongestTitle);
  const auto words = title.find("PRIVATE KEY");
  if (words == npos) return std::nullopt;
  const auto dashes = title.find("-----", words);
  if (dashes == npos) return std::nullopt;
  Finding finding{.begin = place + dashes + 5};
  finding.end = text.find(kPemEnd, finding.begin);
  if (finding.end == npos) {
    finding.end = text.size();
    finding.after = Finding::After::pem;
  }
  return finding;
}

// scheme://user:password@host
std::optional<Finding> Judge::address(std::size_t place) const {
  constexpr std::size_t kLongestBareUser = 15;  // "git@", but not a token as the user
  const auto begin = place + 3;
  const auto authority = line_.text.substr(begin, kLongestUser);
  if (authority.find('@') == npos) return std::nullopt;
  const auto end = std::min(authority.find_first_of(" \t\r\"'<>`"), authority.size());
  const auto slash = std::min(authority.find_first_of("/?#\\"), end);
  auto at = authority.substr(0, slash).rfind('@');
  const auto colon = authority.substr(0, end).find(':');
  if (at == npos && colon < slash) {
    // A password with a slash in it, as people write them; a port is none.
    const bool port = std::all_of(authority.begin() + static_cast<std::ptrdiff_t>(colon) + 1,
                                  authority.begin() + static_cast<std::ptrdiff_t>(slash),
                                  [](char c) { return c >= '0' && c <= '9'; });
    if (!port) at = authority.substr(0, end).rfind('@');
  }
  if (at == npos) return std::nullopt;
  if (colon != npos && colon < at) {
    const auto password = authority.substr(colon + 1, at - colon - 1);
    if (is_public_value(password)) return std::nullopt;
    const bool token = colon > kLongestBareUser;
    return Finding{.begin = begin + (token ? 0 : colon + 1), .end = begin + at};
  }
  if (at <= kLongestBareUser) return std::nullopt;
  return Finding{.begin = begin, .end = begin + at};
}

// user:password@tcp(host:port)/database, as Go's MySQL driver has it
std::optional<Finding> Judge::data_source(std::size_t place, std::size_t from) const {
  if (place - from > kLongestDataSource) from = place - kLongestDataSource;
  const auto before = line_.text.substr(from, place - from);
  const auto space = before.find_last_of(" \t\"'=");
  const auto colon = before.find(':', space == npos ? 0 : space + 1);
  if (colon == npos || from + colon + 1 >= place) return std::nullopt;
  return Finding{.begin = from + colon + 1, .end = place};
}

// curl --user name:password; but not docker run --user 1000:1000
std::optional<Finding> Judge::login(std::size_t place, std::size_t begin) {
  const auto text = line_.text;
  if (place > 0 && text[place - 1] != ' ' && text[place - 1] != '"') return std::nullopt;
  if (begin < text.size() && (text[begin] == '"' || text[begin] == '\'')) ++begin;
  const auto word = text.substr(begin, kLongestUser);
  const auto colon = word.substr(0, word.find_first_of(" \t\"'")).find(':');
  if (colon == npos || colon == 0 || colon + 1 == word.size()) return std::nullopt;
  Finding finding{.begin = begin + colon + 1};
  finding.ending = {.kind = Ending::Kind::bare, .around = line_.openings_at(begin)};
  finding.end = end_of_value(text, finding.begin, finding.ending, line_.complete);
  if (finding.end == npos) {
    finding.end = text.size();
    finding.after = Finding::After::value;
  }
  const auto password = text.substr(finding.begin, finding.end - finding.begin);
  if (password.find_first_not_of("0123456789") == npos) return std::nullopt;
  return finding;
}

void Judge::cover_known(Finding& finding, std::size_t from) const {
  const auto& known = rules_.known();
  if (known.empty()) return;
  auto place = from;
  while ((place = known.find(line_.text, place, finding.end)) != npos) {
    known.matches(line_.text, place, [&](const Anchors::Entry& entry) {
      const auto end = place + entry.text.size();
      finding.begin = std::min(finding.begin, place);
      if (end > finding.end) {
        finding.end = end;
        finding.after = Finding::After::nothing;
      }
      return false;
    });
    ++place;
  }
}

}  // namespace aistack::domain::redaction
