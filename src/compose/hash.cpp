#include "compose/hash.hpp"

#include <openssl/evp.h>

#include <array>

#include "compose/go_format.hpp"

namespace aistack::compose {

namespace {

std::string sha256_hex(const std::string& text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kHex[digest[i] >> 4];
    hex += kHex[digest[i] & 15];
  }
  return hex;
}

}  // namespace

std::string service_hash(nlohmann::ordered_json model) {
  // What may change without a new container.
  static constexpr std::array kLeftOut{"depends_on", "profiles", "pull_policy", "scale", "build"};
  for (const auto* key : kLeftOut) model.erase(key);
  if (model.contains("deploy")) model["deploy"].erase("replicas");
  return sha256_hex(go_json(model));
}

std::string network_hash(const nlohmann::ordered_json& model) {
  return sha256_hex(go_json(model));
}

std::string volume_hash(const nlohmann::ordered_json& model) {
  if (model.contains("driver")) return sha256_hex(go_json(model));
  nlohmann::ordered_json full = nlohmann::ordered_json::object();
  for (const auto& [key, value] : model.items()) {
    full[key] = value;
    if (key == "name") full["driver"] = "local";
  }
  return sha256_hex(go_json(full));
}

}  // namespace aistack::compose
