#include "domain/redaction/known_secrets.hpp"

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"

namespace aistack::domain::redaction {
namespace {

constexpr std::size_t kPart = 512;
constexpr std::string_view kHex = "0123456789abcdef";

std::string json_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      (escaped += '\\') += c;
    else if (c == '\n')
      escaped += "\\n";
    else if (c == '\t')
      escaped += "\\t";
    else if (c == '\r')
      escaped += "\\r";
    else if (byte < 0x20)
      ((escaped += "\\u00") += kHex[byte >> 4U]) += kHex[byte & 15U];
    else
      escaped += c;
  }
  return escaped;
}

// As Go's encoder has it, which writes the engine's answers.
std::string html_safe(std::string_view json) {
  std::string safe;
  for (const char c : json) {
    if (c == '<')
      safe += "\\u003c";
    else if (c == '>')
      safe += "\\u003e";
    else if (c == '&')
      safe += "\\u0026";
    else
      safe += c;
  }
  return safe;
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view kUpperHex = "0123456789ABCDEF";
    ((encoded += '%') += kUpperHex[byte >> 4U]) += kUpperHex[byte & 15U];
  }
  return encoded;
}

std::string hexadecimal(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    (digits += kHex[byte >> 4U]) += kHex[byte & 15U];
  }
  return digits;
}

// The digits of base64 that depend on `text` alone when `before` bytes (0 to 2) stand before it in
// a group of three, and anything may follow.
std::string base64_inside(std::string_view text, std::size_t before, std::string_view digits) {
  const std::size_t bits = (before + text.size()) * 8;
  const auto bit = [&](std::size_t i) -> unsigned {
    const auto byte = static_cast<unsigned char>(text[i / 8 - before]);
    return byte >> (7U - i % 8U) & 1U;
  };
  std::string encoded;
  for (std::size_t i = 0; i + 6 <= bits; i += 6) {
    if (i < before * 8) continue;  // mixed with what stands before
    unsigned value = 0;
    for (std::size_t j = 0; j < 6; ++j) value = value << 1U | bit(i + j);
    encoded += digits[value];
  }
  return encoded;
}

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void add(std::vector<std::string>& forms, std::string form) {
  if (form.size() < kShortestKnown) return;
  // What is longer than a part is found part by part.
  for (std::size_t begin = 0; begin < form.size();) {
    auto size = std::min(kPart, form.size() - begin);
    if (form.size() - begin - size < kShortestKnown) size = form.size() - begin;
    auto part = form.substr(begin, size);
    if (std::find(forms.begin(), forms.end(), part) == forms.end())
      forms.push_back(std::move(part));
    begin += size;
  }
}

}  // namespace

std::vector<std::string> forms_of(std::string_view secret) {
  std::vector<std::string> forms;
  if (secret.size() < kShortestKnown) return forms;
  add(forms, std::string{secret});
  const auto escaped = json_escaped(secret);
  add(forms, escaped);
  add(forms, html_safe(escaped));
  add(forms, json_escaped(escaped));
  add(forms, percent_encoded(secret));
  add(forms, hexadecimal(secret));
  for (const std::size_t before : {0U, 1U, 2U})
    for (const auto digits : {kStandard, kUrlSafe})
      add(forms, base64_inside(secret, before, digits));
  return forms;
}

std::vector<std::string> values_of_env_file(std::string_view text) {
  std::vector<std::string> values;
  for (const auto& line : split(text, '\n')) {
    const auto equals = line.find('=');
    if (equals == std::string::npos || trim(line).starts_with('#')) continue;
    auto value = trim(std::string_view{line}.substr(equals + 1));
    const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
                        value.back() == value.front();
    if (quoted) value = value.substr(1, value.size() - 2);
    if (!value.empty()) values.emplace_back(value);
  }
  return values;
}

}  // namespace aistack::domain::redaction
