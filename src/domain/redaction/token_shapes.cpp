#include "domain/redaction/token_shapes.hpp"

#include <algorithm>
#include <array>

namespace aistack::domain::redaction {
namespace {

constexpr auto kShapes = std::to_array<TokenShape>({
    {"sk-", Alphabet::word, 16},          // OpenAI, Anthropic, Open WebUI, LiteLLM
    {"sk_live_", Alphabet::alnum, 10},    // Stripe
    {"sk_test_", Alphabet::alnum, 10},    //
    {"rk_live_", Alphabet::alnum, 10},    //
    {"whsec_", Alphabet::base64, 16},     //
    {"hf_", Alphabet::alnum, 16},         // Hugging Face
    {"ghp_", Alphabet::alnum, 16},        // GitHub
    {"gho_", Alphabet::alnum, 16},        //
    {"ghu_", Alphabet::alnum, 16},        //
    {"ghs_", Alphabet::dotted, 16},       //
    {"ghr_", Alphabet::alnum, 16},        //
    {"github_pat_", Alphabet::word, 20},  //
    {"glpat-", Alphabet::dotted, 16},     // GitLab
    {"gldt-", Alphabet::word, 16},        //
    {"glrt-", Alphabet::word, 16},        //
    {"glsa_", Alphabet::word, 16},        // Grafana
    {"AKIA", Alphabet::upper, 16},        // AWS
    {"ASIA", Alphabet::upper, 16},        //
    {"AIza", Alphabet::word, 30},         // Google
    {"ya29.", Alphabet::dotted, 16},      //
    {"GOCSPX-", Alphabet::word, 16},      //
    {"xoxb-", Alphabet::word, 10},        // Slack
    {"xoxp-", Alphabet::word, 10},        //
    {"xoxa-", Alphabet::word, 10},        //
    {"xoxr-", Alphabet::word, 10},        //
    {"xoxs-", Alphabet::word, 10},        //
    {"xapp-", Alphabet::word, 10},        //
    {"nvapi-", Alphabet::word, 16},       // NVIDIA
    {"gsk_", Alphabet::alnum, 16},        // Groq
    {"xai-", Alphabet::alnum, 20},        // xAI
    {"r8_", Alphabet::alnum, 16},         // Replicate
    {"pplx-", Alphabet::alnum, 16},       // Perplexity
    {"tvly-", Alphabet::word, 16},        // Tavily
    {"npm_", Alphabet::alnum, 20},        //
    {"pypi-", Alphabet::word, 20},        //
    {"dckr_pat_", Alphabet::word, 16},    // Docker Hub
    {"dop_v1_", Alphabet::alnum, 20},     // DigitalOcean
    {"tskey-", Alphabet::word, 10},       // Tailscale
    {"hvs.", Alphabet::word, 16},         // Vault
    {"SG.", Alphabet::dotted, 30},        // SendGrid
    {"shpat_", Alphabet::alnum, 16},      // Shopify
    {"lin_api_", Alphabet::alnum, 16},    // Linear
    {"key-", Alphabet::alnum, 32},        // Mailgun
    {":AA", Alphabet::word, 31},          // Telegram, after the bot's number
    {"AGE-SECRET-KEY-", Alphabet::upper, 20},
    {"hooks.slack.com/services/", Alphabet::base64, 16},
    {"discord.com/api/webhooks/", Alphabet::base64, 16},
    {"$2a$", Alphabet::hash, 40},     // hashes of passwords, as htpasswd and shadow have them
    {"$2b$", Alphabet::hash, 40},     //
    {"$2y$", Alphabet::hash, 40},     //
    {"$apr1$", Alphabet::hash, 20},   //
    {"$argon2", Alphabet::hash, 20},  //
    {"$5$", Alphabet::hash, 20},      //
    {"$6$", Alphabet::hash, 20},      //
    {"$y$", Alphabet::hash, 20},      //
    {"pbkdf2_sha256$", Alphabet::hash, 20},
});

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// What is asked of a token's beginning, so that "sk-sk-sk-…" is not read again at each "sk-".
constexpr std::size_t kBeginning = 256;
constexpr std::size_t kLongestHeader = 4096;

std::size_t end_of_run(Alphabet alphabet, std::string_view text, std::size_t at) {
  while (at < text.size() && belongs(alphabet, text[at])) ++at;
  return at;
}

}  // namespace

bool belongs(Alphabet alphabet, char c) {
  switch (alphabet) {
    case Alphabet::alnum:
      return is_alnum(c);
    case Alphabet::word:
      return is_alnum(c) || c == '_' || c == '-';
    case Alphabet::upper:
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    case Alphabet::dotted:
      return is_alnum(c) || c == '_' || c == '-' || c == '.';
    case Alphabet::base64:
      return is_alnum(c) || c == '+' || c == '/' || c == '=' || c == '_' || c == '-';
    case Alphabet::hash:
      return is_alnum(c) || c == '+' || c == '/' || c == '=' || c == '.' || c == '$' || c == ',';
  }
  return false;
}

std::span<const TokenShape> token_shapes() {
  return kShapes;
}

bool begins_word(std::string_view text, std::size_t at) {
  if (at == 0 || !is_alnum(text[at - 1])) return true;
  const char before = text[at - 1];
  if (before != 'n' && before != 'r' && before != 't') return false;
  std::size_t slashes = 0;
  while (slashes + 1 < at && text[at - 2 - slashes] == '\\') ++slashes;
  return slashes % 2 == 1;
}

std::optional<Range> token_at(const TokenShape& shape, std::string_view text, std::size_t at) {
  if (is_alnum(shape.prefix[0]) && !begins_word(text, at)) return std::nullopt;
  const auto begin = at + shape.prefix.size();
  auto end = end_of_run(shape.alphabet, text.substr(0, begin + kBeginning), begin);
  if (end - begin < shape.least) return std::nullopt;
  // "sk-learn-compatible-estimators" is a name: what is drawn at random has digits or capitals.
  const auto rest = text.substr(begin, end - begin);
  const auto drawn = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
  if (std::none_of(rest.begin(), rest.end(), drawn)) return std::nullopt;
  if (end - begin == kBeginning) end = end_of_run(shape.alphabet, text, end);
  return Range{at, end};
}

std::optional<Range> web_token_at(std::string_view text, std::size_t at) {
  if (!begins_word(text, at)) return std::nullopt;
  const auto header = end_of_run(Alphabet::word, text.substr(0, at + kLongestHeader), at);
  if (header - at < 8 || header >= text.size() || text[header] != '.') return std::nullopt;
  const auto payload = end_of_run(Alphabet::word, text, header + 1);
  if (payload - header < 5) return std::nullopt;
  // The signature, or the five parts of an encrypted one.
  return Range{at, end_of_run(Alphabet::dotted, text, payload)};
}

std::optional<Range> scheme_credential_at(std::string_view text, std::size_t at) {
  if (!begins_word(text, at)) return std::nullopt;
  const auto space = text.find(' ', at);
  if (space == std::string_view::npos) return std::nullopt;
  const auto begin = text.find_first_not_of(' ', space);
  if (begin == std::string_view::npos) return std::nullopt;
  auto end = begin;
  while (end < text.size() && (belongs(Alphabet::base64, text[end]) || text[end] == '.' ||
                               text[end] == '~' || text[end] == ':'))
    ++end;
  const auto word = text.substr(begin, end - begin);
  if (word.size() < 6) return std::nullopt;
  const auto inner = word.substr(1);
  const auto drawn = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '=' || c == '_';
  };
  if (word.size() < 24 && std::none_of(inner.begin(), inner.end(), drawn)) return std::nullopt;
  return Range{begin, end};
}

}  // namespace aistack::domain::redaction
