#include "domain/redaction/redactor.hpp"

#include <algorithm>

#include "domain/redaction/secret_keys.hpp"
#include "domain/redaction/token_shapes.hpp"

namespace aistack::domain::redaction {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t kWindow = 64 * 1024;
constexpr std::size_t kMargin = 8 * 1024;  // what an anchor may have to look ahead
constexpr std::size_t kContext = 512;      // … and back
constexpr std::size_t kSlice = 64 * 1024;
constexpr std::size_t kMostSwallowed = 64 * 1024;  // over lines: the largest keys have 13 KiB
constexpr std::string_view kMark = "***";
constexpr std::string_view kPemEnd = "-----END";

Line whole(std::string_view text) {
  return {.text = text, .content = log_prefix(text)};
}

// "name: …" or "name:", as an element or a child in YAML.
bool is_mapping(std::string_view text) {
  std::size_t end = 0;
  if (!text.empty() && (text[0] == '"' || text[0] == '\'')) {
    end = text.find(text[0], 1);
    if (end == npos) return false;
    ++end;
  } else {
    while (end < text.size() && is_name_byte(text[end])) ++end;
  }
  return end > 0 && end < text.size() && text[end] == ':' &&
         (end + 1 == text.size() || text[end + 1] == ' ');
}

// Where a value ends that is alone on its line: behind its quote, or with the line.
std::size_t end_of_only(std::string_view value) {
  if (value.empty() || (value[0] != '"' && value[0] != '\'')) return value.size();
  const auto close = value.find(value[0], 1);
  return close == npos ? value.size() : close + 1;
}

// In quotes if that is.
std::string mark_like(std::string_view value) {
  const bool quoted = !value.empty() && (value[0] == '"' || value[0] == '\'');
  return quoted ? value[0] + std::string{kMark} + value[0] : std::string{kMark};
}

}  // namespace

void Redactor::feed(std::string_view block, std::string& out) {
  while (!block.empty()) {
    const auto slice = block.substr(0, kSlice);
    block.remove_prefix(slice.size());
    buffer_.erase(0, begin_);
    begin_ = 0;
    buffer_ += slice;
    take_lines(out);
  }
}

void Redactor::take_lines(std::string& out) {
  const std::string_view all = buffer_;
  while (begin_ < all.size()) {
    const auto pending = all.substr(begin_, kWindow);
    const auto end = pending.find('\n', looked_);
    if (end != npos) {
      whole_line(pending.substr(0, end), "\n", out);
      begin_ += end + 1;
      looked_ = 0;
    } else if (pending.size() == kWindow) {
      const auto done = part(pending, out);
      begin_ += done - context_;
      looked_ = kWindow - done + context_;
    } else {
      looked_ = pending.size();
      return;
    }
  }
}

void Redactor::finish(std::string& out) {
  const auto rest = std::string_view{buffer_}.substr(begin_);
  if (rest.size() > context_ || inside_) whole_line(rest, "", out);
  buffer_.clear();
  begin_ = looked_ = 0;
  encoded_ = false;
  mode_ = Mode::line;
}

void Redactor::whole_line(std::string_view text, std::string_view end, std::string& out) {
  const bool carriage = text.ends_with('\r') && text.size() > context_;
  if (carriage) text.remove_suffix(1);
  auto line = whole(text);
  if (inside_) {
    line.content = npos;
    line.passed = openings_;
  }
  swallowed_ = false;
  const bool encoded = !inside_ && mode_ == Mode::line && encoded_line(line, out);
  if (!encoded) {
    const auto from = left_over(line, out);
    if (from != npos) scan(line, from, out);
  }
  if (!swallowed_) {
    if (carriage) out += '\r';
    out += end;
  }
  encoded_ = encoded;
  inside_ = false;
  context_ = 0;
  openings_ = {};
}

// Gives up to where the part is done with; context_ bytes before that are kept.
std::size_t Redactor::part(std::string_view text, std::string& out) {
  Line line = whole(text);
  line.complete = false;
  if (inside_) {
    line.content = npos;
    line.passed = openings_;
  }
  swallowed_ = false;
  auto done = left_over(line, out);
  done = done == npos ? text.size() : scan(line, done, out);
  inside_ = true;
  encoded_ = false;
  context_ = std::min(done, kContext);
  openings_.pass(text.substr(0, done - context_));
  return done;
}

std::size_t Redactor::scan(Line& line, std::size_t from, std::string& out) {
  const auto text = line.text;
  const auto limit = line.complete ? text.size() : std::max(from, text.size() - kMargin);
  const auto& anchors = rules_.anchors();
  Judge judge{rules_, line};
  auto written = from;
  auto place = from;
  while ((place = anchors.find(text, place, limit)) != npos) {
    auto finding = judge.at(place, written);
    if (!finding) {
      ++place;
      continue;
    }
    if (finding->end > finding->begin || finding->after == Finding::After::pem ||
        finding->after == Finding::After::value) {
      judge.cover_known(*finding, written);
      out.append(text, written, finding->begin - written);
      out += finding->mark;
      ++count_;
      written = finding->end;
    }
    enter(*finding);
    place = std::max(place + 1, written);
    if (mode_ == Mode::value || mode_ == Mode::pem) {
      swallowed_ = line.complete && (mode_ == Mode::pem || crosses_);
      return text.size();
    }
  }
  const auto done = std::max(written, limit);
  out.append(text, written, done - written);
  return done;
}

void Redactor::enter(const Finding& finding) {
  switch (finding.after) {
    case Finding::After::nothing:
      return;
    case Finding::After::value:
      mode_ = Mode::value;
      ending_ = finding.ending;
      crosses_ = finding.crosses;
      break;
    case Finding::After::pem:
      mode_ = Mode::pem;
      break;
    case Finding::After::block:
      mode_ = Mode::block;
      break;
    case Finding::After::below:
      mode_ = Mode::below;
      break;
    case Finding::After::argument:
      mode_ = Mode::argument;
      break;
  }
  indent_ = finding.indent;
  budget_ = kMostSwallowed;
  marked_ = false;
}

void Redactor::spend(std::size_t bytes) {
  if (bytes >= budget_)
    mode_ = Mode::line;
  else
    budget_ -= bytes;
}

std::size_t Redactor::left_over(Line& line, std::string& out) {
  switch (mode_) {
    case Mode::line:
      return context_;
    case Mode::value:
      return rest_of_value(line, out);
    case Mode::pem:
      return rest_of_pem(line);
    default:
      break;
  }
  // The others are about a line's beginning.
  if (line.content == npos) return context_;
  if (mode_ == Mode::block) return block_line(line, out);
  if (mode_ == Mode::below) return line_below(line, out);
  return argument_line(line, out);
}

std::size_t Redactor::rest_of_value(Line& line, std::string& out) {
  const auto end = end_of_value(line.text, context_, ending_, line.complete);
  if (end != npos) {
    mode_ = Mode::line;
    Finding rest{.begin = context_, .end = end};
    Judge{rules_, line}.cover_known(rest, context_);
    if (rest.end > end) out += kMark;
    return rest.end;
  }
  if (!line.complete) return npos;
  ending_.slashes = 0;
  if (crosses_)
    spend(line.text.size() + 1);
  else
    mode_ = Mode::line;
  swallowed_ = crosses_;
  return npos;
}

std::size_t Redactor::rest_of_pem(const Line& line) {
  // Its first bytes may have come with the part before.
  const auto end = line.text.find(kPemEnd, context_ - std::min(context_, kPemEnd.size() - 1));
  if (end != npos) {
    mode_ = Mode::line;
    return end;
  }
  spend(line.text.size() - context_ + 1);
  swallowed_ = line.complete;
  return npos;
}

std::size_t Redactor::block_line(const Line& line, std::string& out) {
  const auto content = line.text.substr(line.content);
  const auto indent = indentation(content);
  if (indent == content.size() && !marked_) return context_;
  if (indent < content.size() && indent <= indent_) {
    mode_ = Mode::line;
    return context_;
  }
  if (marked_) {
    swallowed_ = true;
  } else {
    out.append(line.text, 0, line.content + indent);
    out += kMark;
    ++count_;
    marked_ = true;
  }
  if (!line.complete) {
    mode_ = Mode::value;  // to the end of this line
    ending_ = {.kind = Ending::Kind::line};
    crosses_ = false;
  }
  return npos;
}

std::size_t Redactor::line_below(const Line& line, std::string& out) {
  const auto content = line.text.substr(line.content);
  const auto indent = indentation(content);
  auto value = content.substr(indent);
  if (value.empty()) return context_;
  const bool element = value.starts_with("- ");
  if (element) value.remove_prefix(2);
  const bool deeper = indent > indent_ || (element && indent == indent_);
  const bool other = value.starts_with('{') || value.starts_with('}') || value.starts_with(']') ||
                     is_mapping(value) || is_public_value(value);
  if (!deeper || other || !line.complete) {
    mode_ = Mode::line;
    return context_;
  }
  spend(line.text.size() + 1);
  if (value == "[") return context_;
  return take_out(line, value, out);
}

std::size_t Redactor::argument_line(const Line& line, std::string& out) {
  mode_ = Mode::line;
  const auto content = line.text.substr(line.content);
  auto value = content.substr(indentation(content));
  if (value.starts_with("- ")) value.remove_prefix(2);
  const auto word = value.find_first_not_of("\"'");
  if (!line.complete || word == npos || value[word] == '-') return context_;
  return take_out(line, value, out);
}

// `value` is the end of the line's text; gives where the rest of it begins.
std::size_t Redactor::take_out(const Line& line, std::string_view value, std::string& out) {
  const auto begin = line.text.size() - value.size();
  Finding finding{.begin = begin, .end = begin + end_of_only(value)};
  Line whole_line = line;
  Judge{rules_, whole_line}.cover_known(finding, begin);
  out.append(line.text, 0, begin);
  out += mark_like(value);
  ++count_;
  return finding.end;
}

// A line of base64 and nothing else, as a private key has them whose BEGIN was cut off. Digests are
// not mixed case, and stay.
bool Redactor::encoded_line(const Line& line, std::string& out) {
  constexpr std::size_t kShortest = 60;
  constexpr std::size_t kLongest = 100;
  const auto content = line.text.substr(line.content);
  const auto text = content.substr(indentation(content));
  const auto padding = text.find_last_not_of('=') + 1;  // npos + 1: 0
  if (text.size() > kLongest || text.size() < (encoded_ ? 4 : kShortest)) return false;
  bool upper = false;
  bool lower = false;
  bool digit = false;
  if (text.size() - padding > 2) return false;
  for (const char c : text.substr(0, padding)) {
    if (!belongs(Alphabet::alnum, c) && c != '+' && c != '/') return false;
    upper = upper || (c >= 'A' && c <= 'Z');
    lower = lower || (c >= 'a' && c <= 'z');
    digit = digit || (c >= '0' && c <= '9');
  }
  if (!encoded_ && !(upper && lower && digit)) return false;
  out.append(line.text, 0, line.text.size() - text.size());
  out += kMark;
  ++count_;
  return true;
}

}  // namespace aistack::domain::redaction
