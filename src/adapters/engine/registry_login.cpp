#include "adapters/engine/registry_login.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <utility>

#include "adapters/engine/json.hpp"

namespace aistack::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHub = "docker.io";
constexpr std::string_view kHubKey = "https://index.docker.io/v1/";  // its name in config.json
constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// With the alphabet for URLs and with padding, as engines take headers.
std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (i + j < bytes.size() ? static_cast<std::uint8_t>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      text += i + j <= bytes.size() ? kDigits[group >> (18 - 6 * j) & 63U] : '=';
  }
  return text;
}

// Either alphabet, padded or not. Absent: not base64.
std::optional<std::string> from_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  std::uint32_t group = 0;
  int bits = 0;
  for (char digit : text) {
    if (digit == '+') digit = '-';
    if (digit == '/') digit = '_';
    const auto value = kDigits.find(digit);
    if (value == std::string_view::npos) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 255U);
  }
  return bytes;
}

// "https://ghcr.io/v2/" and "ghcr.io" are the same registry to docker.
std::string_view host_of(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"})
    if (key.starts_with(scheme)) key.remove_prefix(scheme.size());
  return key.substr(0, key.find('/'));
}

bool names(std::string_view key, std::string_view registry) {
  if (registry == kHub) return key == kHubKey || key == kHub || host_of(key) == "index.docker.io";
  return host_of(key) == registry;
}

fs::path config_file(const std::map<std::string, std::string>& environment) {
  const auto variable = [&](const char* name) -> std::string {
    const auto found = environment.find(name);
    return found == environment.end() ? "" : found->second;
  };
  if (const auto directory = variable("DOCKER_CONFIG"); !directory.empty())
    return fs::path{directory} / "config.json";
  if (const auto home = variable("HOME"); !home.empty())
    return fs::path{home} / ".docker" / "config.json";
  return {};
}

// What the engine is sent for one entry of "auths"; null if it holds no login.
Json to_request(const Json& entry, std::string_view registry) {
  Json request = Json::object();
  auto user = text_of(entry, "username");
  auto password = text_of(entry, "password");
  if (const auto both = from_base64(text_of(entry, "auth")); both && !both->empty()) {
    const auto colon = both->find(':');
    user = both->substr(0, colon);
    password = colon == std::string::npos ? "" : both->substr(colon + 1);
    while (password.ends_with('\0')) password.pop_back();  // as docker reads it
  }
  const auto token = text_of(entry, "identitytoken");
  const auto bearer = text_of(entry, "registrytoken");
  if (user.empty() && token.empty() && bearer.empty()) return {};
  if (!user.empty()) request["username"] = user;
  if (!password.empty()) request["password"] = password;
  if (!token.empty()) request["identitytoken"] = token;
  if (!bearer.empty()) request["registrytoken"] = bearer;
  request["serveraddress"] = registry == kHub ? kHubKey : registry;
  return request;
}

// The program that docker would ask; "" if the logins are in the file.
std::string helper_for(const Json& config, std::string_view registry) {
  for (const auto& [key, helper] : labels_of(config, "credHelpers"))
    if (names(key, registry)) return helper;
  return text_of(config, "credsStore");
}

void look_into(const Json& config, const fs::path& file, std::string_view reference,
               RegistryLogin& login) {
  const auto& entries = member(config, "auths");
  if (entries.is_object()) {
    for (const auto& [key, entry] : entries.items()) {
      if (!names(key, login.registry)) continue;
      const auto request = to_request(entry, login.registry);
      if (!request.is_null()) login.header = to_base64(to_text(request));
    }
  }
  if (!login.header.empty()) return;
  const auto helper = helper_for(config, login.registry);
  if (helper.empty()) {
    login.missing = fmt::format("{} has no login for it", file.string());
    return;
  }
  login.missing = fmt::format(
      "{} leaves logins to the program docker-credential-{}, which aistack does not run",
      file.string(), helper);
  login.remedy = fmt::format(
      "docker pull {}   (then the same command again: an image that is there is used)", reference);
}

}  // namespace

std::string registry_of(std::string_view reference) {
  const auto first = reference.substr(0, reference.find('/'));
  const bool is_host = first.size() < reference.size() &&
                       (first == "localhost" || first.find_first_of(".:") != std::string::npos);
  if (!is_host || first == "index.docker.io") return std::string{kHub};
  return std::string{first};
}

RegistryLogin find_login(const LoginSource& source, std::string_view reference) {
  RegistryLogin login{.registry = registry_of(reference)};
  const auto file = config_file(source.environment);
  if (!source.read_file || file.empty()) {
    login.missing = "neither DOCKER_CONFIG nor HOME says where logins are";
    return login;
  }
  const auto text = source.read_file(file);
  if (!text) {
    login.missing = text.error().why;
  } else if (!text.value()) {
    login.missing = fmt::format("there is no {}", file.string());
  } else if (const auto config = parse_document(*text.value()); !config) {
    // Its text may hold a password, so that nothing of it is shown.
    login.missing = fmt::format("{} is not valid JSON", file.string());
    login.remedy = fmt::format("mv {0} {0}.bad, then docker login {1}", file.string(),
                               login.registry == kHub ? "" : login.registry);
  } else {
    look_into(config.value(), file, reference, login);
  }
  return login;
}

Error explain_denied(Error error, const RegistryLogin& login) {
  if (error.code != ErrorCode::kRegistryDenied) return error;
  const bool known = !login.header.empty();
  error.why += fmt::format("\n{}", known ? fmt::format("the login for {} was sent", login.registry)
                                         : "no login was sent: " + login.missing);
  if (!login.remedy.empty()) return with_next(std::move(error), login.remedy);
  const auto command = login.registry == kHub ? "docker login" : "docker login " + login.registry;
  return with_next(std::move(error), command + "   (as the user that runs aistack)");
}

}  // namespace aistack::engine
