#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>

#include "adapters/engine/answers.hpp"
#include "adapters/engine/endpoint.hpp"
#include "adapters/engine/http_engine.hpp"
#include "adapters/engine/requests.hpp"
#include "base/text.hpp"

// Version, images, networks and volumes.
namespace aistack::engine {
namespace {

Error no_such(std::string_view kind, std::string_view name) {
  return {ErrorCode::kNotFound, fmt::format("no such {}: {}", kind, printable(name, 200))};
}

// "Absent: ok", for removals.
Result<> unless_absent(Result<> result) {
  if (!result && result.error().code == ErrorCode::kNotFound) return ok();
  return result;
}

}  // namespace

Result<std::unique_ptr<ports::ContainerEngine>> make_engine(boost::asio::any_io_executor executor,
                                                            EngineOptions options) {
  BOOST_OUTCOME_TRY(auto address, parse_endpoint(options.endpoint));
  return std::make_unique<HttpEngine>(
      std::move(executor), std::move(address), std::move(options.endpoint), options.deadlines,
      std::move(options.logins), std::move(options.observer), std::move(options.slow));
}

bool HttpEngine::local() const {
  const auto& address = transport_.address();
  if (!address.path.empty() || address.host == "localhost") return true;
  boost::system::error_code error;
  const auto ip = boost::asio::ip::make_address(address.host, error);
  return !error && ip.is_loopback();
}

Task<std::optional<Json>> HttpEngine::find(std::string path) {
  ApiCall call{Call::other, "GET", std::move(path)};
  const auto reply = co_await transport_.send(std::move(call));
  if (!reply) {
    if (reply.error().code == ErrorCode::kNotFound) co_return std::optional<Json>{};
    co_return reply.error();
  }
  BOOST_OUTCOME_CO_TRY(auto document, parse_document(reply.value().body));
  co_return std::optional<Json>(std::move(document));
}

Task<> HttpEngine::perform(ApiCall call) {
  BOOST_OUTCOME_CO_TRY(co_await transport_.send(std::move(call)));
  co_return ok();
}

Task<ports::EngineVersion> HttpEngine::version() {
  return transport_.version();
}

Task<ports::EngineInfo> HttpEngine::info() {
  ApiCall call{Call::other, "GET", "/info"};
  BOOST_OUTCOME_CO_TRY(const auto reply, co_await transport_.send(std::move(call)));
  BOOST_OUTCOME_CO_TRY(const auto document, parse_document(reply.body));
  co_return read_info(document);
}

Task<std::optional<ports::ImageDetails>> HttpEngine::inspect_image(std::string reference) {
  if (!is_image_reference(reference)) co_return std::optional<ports::ImageDetails>{};
  BOOST_OUTCOME_CO_TRY(const auto document, co_await find("/images/" + reference + "/json"));
  std::optional<ports::ImageDetails> image;
  if (document) image = read_image(*document);
  co_return image;
}

Task<std::string> HttpEngine::registry_digest(std::string reference) {
  if (!is_image_reference(reference))
    co_return Error{ErrorCode::kImageNotFound, no_such("image", reference).why};
  BOOST_OUTCOME_CO_TRY(const auto version, co_await transport_.version());
  if (version.product == "podman")
    co_return Error{ErrorCode::kNotFound, "Podman cannot ask a registry for an image's digest"};
  const auto login = find_login(logins_, reference);
  ApiCall call{Call::pull_image, "GET", "/distribution/" + reference + "/json"};
  call.registry_login = login.header;
  auto reply = co_await transport_.send(std::move(call));
  if (!reply) co_return explain_denied(std::move(reply).error(), login);
  BOOST_OUTCOME_CO_TRY(const auto document, parse_document(reply.value().body));
  auto digest = text_of(member(document, "Descriptor"), "digest");
  if (digest.empty())
    co_return Error{ErrorCode::kEngineProtocol, "the engine's answer names no digest"};
  co_return digest;
}

Task<std::vector<ports::ImageDetails>> HttpEngine::list_images() {
  std::vector<ports::ImageDetails> images;
  JsonObjects rows(JsonObjects::Shape::array);
  const JsonObjects::Sink add = [&images](const Json& row) -> Result<> {
    images.push_back(read_image_row(row));
    return ok();
  };
  PieceSink feed = [&](std::string_view piece) { return rows.feed(piece, add); };
  ApiCall call{Call::other, "GET", "/images/json"};
  BOOST_OUTCOME_CO_TRY(co_await transport_.send(std::move(call), std::move(feed)));
  BOOST_OUTCOME_CO_TRY(rows.finish());
  co_return images;
}

Task<> HttpEngine::tag_image(std::string reference, std::string new_reference) {
  if (!is_image_reference(reference)) co_return no_such("image", reference);
  const auto name = split_reference(new_reference);
  ApiCall call{Call::other, "POST",
               fmt::format("/images/{}/tag?repo={}&tag={}", reference, encode(name.repository),
                           encode(name.tag))};
  co_return co_await perform(std::move(call));
}

Task<> HttpEngine::remove_image(std::string reference) {
  if (!is_image_reference(reference)) co_return ok();
  ApiCall call{Call::remove_image, "DELETE", "/images/" + reference};
  co_return unless_absent(co_await perform(std::move(call)));
}

Task<std::vector<ports::NetworkDetails>> HttpEngine::list_networks() {
  std::vector<ports::NetworkDetails> networks;
  JsonObjects rows(JsonObjects::Shape::array);
  const JsonObjects::Sink add = [&networks](const Json& row) -> Result<> {
    networks.push_back(read_network(row));
    return ok();
  };
  PieceSink feed = [&](std::string_view piece) { return rows.feed(piece, add); };
  ApiCall call{Call::other, "GET", "/networks"};
  BOOST_OUTCOME_CO_TRY(co_await transport_.send(std::move(call), std::move(feed)));
  BOOST_OUTCOME_CO_TRY(rows.finish());
  co_return networks;
}

Task<std::optional<ports::NetworkDetails>> HttpEngine::inspect_network(std::string name) {
  std::optional<ports::NetworkDetails> network;
  if (!is_object_name(name)) co_return network;
  BOOST_OUTCOME_CO_TRY(const auto document, co_await find("/networks/" + name));
  if (document) network = read_network(*document);
  co_return network;
}

Task<std::string> HttpEngine::create_network(domain::NetworkSpec spec) {
  BOOST_OUTCOME_CO_TRY(const auto api, co_await transport_.spoken());
  ApiCall call{Call::create_network, "POST", "/networks/create",
               to_text(network_request(spec, api))};
  BOOST_OUTCOME_CO_TRY(const auto reply, co_await transport_.send(std::move(call)));
  BOOST_OUTCOME_CO_TRY(const auto document, parse_document(reply.body));
  co_return text_of(document, "Id");
}

Task<> HttpEngine::remove_network(std::string name) {
  if (!is_object_name(name)) co_return ok();
  ApiCall call{Call::remove_network, "DELETE", "/networks/" + name};
  co_return unless_absent(co_await perform(std::move(call)));
}

Task<> HttpEngine::connect_network(domain::NetworkAttachment attachment, std::string container) {
  if (!is_object_name(attachment.network))
    co_return Error{ErrorCode::kNetworkNotFound, no_such("network", attachment.network).why};
  BOOST_OUTCOME_CO_TRY(const auto api, co_await transport_.spoken());
  const auto path = "/networks/" + attachment.network + "/connect";
  ApiCall call{Call::connect_network, "POST", path,
               to_text(connect_request(std::move(attachment), container, api))};
  co_return co_await perform(std::move(call));
}

Task<> HttpEngine::disconnect_network(std::string network, std::string container) {
  if (!is_object_name(network)) co_return no_such("network", network);
  const Json body = {{"Container", container}};
  ApiCall call{Call::other, "POST", "/networks/" + network + "/disconnect", to_text(body)};
  co_return co_await perform(std::move(call));
}

Task<std::vector<ports::VolumeDetails>> HttpEngine::list_volumes() {
  ApiCall call{Call::other, "GET", "/volumes"};
  BOOST_OUTCOME_CO_TRY(const auto reply, co_await transport_.send(std::move(call)));
  BOOST_OUTCOME_CO_TRY(const auto document, parse_document(reply.body));
  std::vector<ports::VolumeDetails> volumes;
  const auto& rows = member(document, "Volumes");
  if (rows.is_array())
    for (const auto& row : rows) volumes.push_back(read_volume(row));
  co_return volumes;
}

Task<std::optional<ports::VolumeDetails>> HttpEngine::inspect_volume(std::string name) {
  std::optional<ports::VolumeDetails> volume;
  if (!is_object_name(name)) co_return volume;
  BOOST_OUTCOME_CO_TRY(const auto document, co_await find("/volumes/" + name));
  if (document) volume = read_volume(*document);
  co_return volume;
}

Task<> HttpEngine::create_volume(domain::VolumeSpec spec) {
  ApiCall call{Call::create_volume, "POST", "/volumes/create", to_text(volume_request(spec))};
  co_return co_await perform(std::move(call));
}

Task<> HttpEngine::remove_volume(std::string name) {
  if (!is_object_name(name)) co_return ok();
  ApiCall call{Call::remove_volume, "DELETE", "/volumes/" + name};
  co_return unless_absent(co_await perform(std::move(call)));
}

}  // namespace aistack::engine
