#include "operations/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/text.hpp"

namespace aistack::operations {
namespace {

// FNV-1a, 32 bits: enough to tell a change, too little to tell a value.
std::string short_digest(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 16777619U;
  }
  return fmt::format("{:08x}", hash);
}

// Text of the file may be in any encoding; a digest of it need not be.
std::string text_of(const nlohmann::ordered_json& value) {
  return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// "ports" -> digest; the entries of a mapping of the user's each on their own.
std::map<std::string, std::string> key_digests(const nlohmann::ordered_json& model) {
  std::map<std::string, std::string> digests;
  for (const auto& [key, value] : model.items()) {
    const bool itemised = value.is_object() && (key == "environment" || key == "labels");
    if (!itemised) {
      if (!value.is_null()) digests[key] = short_digest(text_of(value));
      continue;
    }
    for (const auto& [name, item] : value.items())
      digests[key + "." + name] = short_digest(text_of(item));
  }
  return digests;
}

// The label's text is a file name's worth of trust: anything else than KEY=DIGEST is passed over.
std::map<std::string, std::string> parse_digests(const std::string& text) {
  std::map<std::string, std::string> digests;
  for (const auto& part : split(text, ',')) {
    const auto equals = part.rfind('=');
    if (equals != std::string::npos) digests[part.substr(0, equals)] = part.substr(equals + 1);
  }
  return digests;
}

}  // namespace

std::string value_of(const Labels& labels, const char* key) {
  const auto found = labels.find(key);
  return found == labels.end() ? "" : found->second;
}

Labels own_labels(const std::string& service, const compose::ComposeService& compose_service,
                  const std::string& image, bool gpu_dropped) {
  std::vector<std::string> parts;
  for (const auto& [key, digest] : key_digests(compose_service.model))
    parts.push_back(key + "=" + digest);
  Labels labels{{kServiceLabel, service}, {kImageLabel, image}, {kKeysLabel, join(parts, ",")}};
  if (gpu_dropped) labels[kGpuLabel] = "dropped";
  return labels;
}

std::string shown_image(const ports::ContainerSummary& container) {
  for (const auto* label : {kRunsLabel, kImageLabel})
    if (auto image = value_of(container.labels, label); !image.empty()) return image;
  return container.image;
}

bool belongs_to(const Labels& labels, const compose::Project& project,
                const compose::ComposeService& service) {
  return value_of(labels, kComposeProject) == project.name &&
         value_of(labels, kComposeService) == service.name &&
         value_of(labels, kComposeOneOff) != "True";
}

std::vector<std::string> drifted_keys(const Labels& labels, const compose::ComposeService& service,
                                      const Expected& expected) {
  std::vector<std::string> drifted;
  if (value_of(labels, kComposeHash) != expected.config_hash) {
    const auto was = parse_digests(value_of(labels, kKeysLabel));
    const auto is = key_digests(service.model);
    if (was.empty()) return {"configuration"};
    for (const auto& [key, digest] : is) {
      const auto old = was.find(key);
      if (old == was.end() || old->second != digest) drifted.push_back(key);
    }
    for (const auto& [key, digest] : was)
      if (!is.contains(key)) drifted.push_back(key);
    if (drifted.empty()) drifted.emplace_back("configuration");
  }
  const bool named = std::find(drifted.begin(), drifted.end(), "image") != drifted.end();
  const auto made_from = value_of(labels, kImageLabel);
  if (!named && expected.image != (made_from.empty() ? expected.running_image : made_from))
    drifted.emplace_back("image");
  if ((value_of(labels, kGpuLabel) == "dropped") != expected.gpu_dropped)
    drifted.emplace_back("gpu");
  return drifted;
}

}  // namespace aistack::operations
