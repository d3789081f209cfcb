#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/engine/json.hpp"
#include "base/result.hpp"
#include "domain/container_spec.hpp"
#include "ports/container_engine.hpp"

// What is sent to an engine.
namespace aistack::engine {

// The API versions that this adapter speaks.
constexpr ports::ApiVersion kOldestApi{1, 41};
constexpr ports::ApiVersion kNewestApi{1, 56};

std::string to_string(ports::ApiVersion version);

// The version to speak with an engine. kEngineTooOld: there is none that both know.
Result<ports::ApiVersion> choose_version(const ports::EngineVersion& engine);

// Percent-encoded for a query's value or one segment of a path.
std::string encode(std::string_view text);

// Whether `name` can be a container's, network's or volume's name or id. Others are never sent: a
// slash or "../" in a path would mean another call.
bool is_object_name(std::string_view name);
// The same for image references and ids; these go into a path as they are.
bool is_image_reference(std::string_view reference);

// "repo:tag" and "repo@digest" apart, the tag "latest" where none is named. A reference with both
// loses the tag, as the digest says more.
struct ImageName {
  std::string repository;
  std::string tag;  // or digest
};
ImageName split_reference(std::string_view reference);

// The value of `filters=`, encoded: {"label": ["a=b", "c"], "type": ["container"]}.
std::string encode_filters(const Json& filters);
// "a=b", or "a" where the value is empty: the form in which filters name labels.
Json label_filter(const std::map<std::string, std::string>& labels);

// Seconds since 1970 with nine digits of fraction, as `since=` takes them.
std::string encode_time(Time time);

// A container for an engine that speaks `version`: the body of `create`, and the networks that it
// must be connected to afterwards. Fields that the version does not know are left out where the
// container is the same without them. kBadContainerSpec: where it would not be.
struct CreateRequest {
  Json body;
  std::vector<domain::NetworkAttachment> connect_afterwards;
};
Result<CreateRequest> create_request(domain::ContainerSpec spec, ports::ApiVersion version);

Json network_request(const domain::NetworkSpec& spec, ports::ApiVersion version);
Json volume_request(const domain::VolumeSpec& spec);
Json connect_request(domain::NetworkAttachment attachment, const std::string& container,
                     ports::ApiVersion version);

}  // namespace aistack::engine
