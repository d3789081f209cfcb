#include <fmt/format.h>

#include "adapters/engine/answers.hpp"
#include "adapters/engine/http_engine.hpp"
#include "adapters/engine/requests.hpp"
#include "adapters/engine/tar.hpp"
#include "base/text.hpp"
#include "base/when_all.hpp"

// The life of a container.
namespace aistack::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kEnginesGrace{10};  // where a container names none
// Docker's answer, with 409, to a second DELETE. Podman lets the second one wait.
constexpr std::string_view kBeingRemoved = "is already in progress";

}  // namespace

Task<std::vector<ports::ContainerSummary>> HttpEngine::list_containers(
    ports::ContainerQuery query) {
  std::string path = fmt::format("/containers/json?all={}", query.all);
  if (!query.labels.empty()) {
    const Json filters = {{"label", label_filter(query.labels)}};
    path += "&filters=" + encode_filters(filters);
  }
  std::vector<ports::ContainerSummary> containers;
  JsonObjects rows(JsonObjects::Shape::array);
  const JsonObjects::TextSink add = [&containers](std::string_view text) -> Result<> {
    BOOST_OUTCOME_TRY(auto row, read_container_row(text));
    containers.push_back(std::move(row));
    return ok();
  };
  PieceSink feed = [&](std::string_view piece) { return rows.feed_text(piece, add); };
  ApiCall call{Call::other, "GET", std::move(path)};
  BOOST_OUTCOME_CO_TRY(co_await transport_.send(std::move(call), std::move(feed)));
  BOOST_OUTCOME_CO_TRY(rows.finish());
  co_return containers;
}

Task<std::optional<ports::ContainerDetails>> HttpEngine::inspect_container(std::string name) {
  std::optional<ports::ContainerDetails> details;
  if (!is_object_name(name)) co_return details;
  BOOST_OUTCOME_CO_TRY(const auto document, co_await find("/containers/" + name + "/json"));
  if (document) details = read_container(*document);
  co_return details;
}

Task<std::string> HttpEngine::inspect_container_text(std::string name) {
  if (!is_object_name(name)) co_return no_container(name);
  ApiCall call{Call::other, "GET", "/containers/" + name + "/json"};
  BOOST_OUTCOME_CO_TRY(auto reply, co_await transport_.send(std::move(call)));
  co_return std::move(reply.body);
}

Task<std::string> HttpEngine::create_container(domain::ContainerSpec spec) {
  BOOST_OUTCOME_CO_TRY(const auto api, co_await transport_.spoken());
  auto path = "/containers/create?name=" + encode(spec.name);
  if (!spec.platform.empty()) path += "&platform=" + encode(spec.platform);
  const auto files = std::move(spec.files);
  BOOST_OUTCOME_CO_TRY(const auto request, create_request(std::move(spec), api));
  ApiCall call{Call::create_container, "POST", path, to_text(request.body),
               transport_.deadlines().create};
  BOOST_OUTCOME_CO_TRY(const auto reply, co_await transport_.send(std::move(call)));
  BOOST_OUTCOME_CO_TRY(const auto document, parse_document(reply.body));
  auto id = text_of(document, "Id");
  const auto completed = co_await complete(request.connect_afterwards, files, id);
  if (!completed) {
    const ports::RemoveOptions with_volumes{.force = true, .anonymous_volumes = true};
    (void)co_await shielded(remove_container(id, with_volumes));
    co_return completed.error();
  }
  co_return id;
}

Task<> HttpEngine::complete(const std::vector<domain::NetworkAttachment>& networks,
                            const std::vector<domain::InjectedFile>& files, std::string id) {
  BOOST_OUTCOME_CO_TRY(co_await connect_all(networks, id));
  if (files.empty()) co_return ok();
  BOOST_OUTCOME_CO_TRY(const auto archive, tar_of(files));
  std::string_view rest = archive;
  const ports::ByteSource source = [&rest]() -> Result<std::string_view> {
    return std::exchange(rest, {});
  };
  co_return co_await write_archive(id, "/", source);
}

Task<> HttpEngine::connect_all(const std::vector<domain::NetworkAttachment>& networks,
                               std::string id) {
  for (const auto& network : networks) {
    BOOST_OUTCOME_CO_TRY(co_await connect_network(network, id));
  }
  co_return ok();
}

Task<> HttpEngine::on_container(Call kind, std::string name, std::string verb,
                                std::optional<milliseconds> allowed) {
  if (!is_object_name(name)) co_return no_container(name);
  ApiCall call{kind, "POST", "/containers/" + name + "/" + verb, {}, allowed};
  co_return co_await perform(std::move(call));
}

Task<> HttpEngine::start_container(std::string name) {
  return on_container(Call::start_container, std::move(name), "start",
                      transport_.deadlines().create);
}

Task<> HttpEngine::stop_container(std::string name, std::optional<seconds> grace) {
  std::string verb = "stop";
  seconds wait = kEnginesGrace;
  if (grace) {
    wait = *grace;
    verb += fmt::format("?t={}", grace->count());
  } else {
    // The container's own grace may be longer than any usual deadline.
    BOOST_OUTCOME_CO_TRY(const auto details, co_await inspect_container(name));
    if (!details) co_return no_container(name);
    wait = details->stop_timeout.value_or(kEnginesGrace);
  }
  const auto allowed = transport_.deadlines().create + std::max(wait, seconds(0));
  co_return co_await on_container(Call::other, std::move(name), std::move(verb), allowed);
}

Task<> HttpEngine::kill_container(std::string name, std::string signal) {
  return on_container(Call::other, std::move(name), "kill?signal=" + encode(signal));
}

Task<> HttpEngine::pause_container(std::string name) {
  return on_container(Call::other, std::move(name), "pause");
}

Task<> HttpEngine::unpause_container(std::string name) {
  return on_container(Call::other, std::move(name), "unpause");
}

Task<> HttpEngine::rename_container(std::string name, std::string new_name) {
  return on_container(Call::rename_container, std::move(name), "rename?name=" + encode(new_name));
}

Task<> HttpEngine::remove_container(std::string name, ports::RemoveOptions options) {
  if (!is_object_name(name)) co_return ok();
  ApiCall call{
      Call::remove_container,
      "DELETE",
      fmt::format("/containers/{}?force={}&v={}", name, options.force, options.anonymous_volumes),
      {},
      transport_.deadlines().create};
  auto removed = co_await perform(std::move(call));
  // Somebody else's request, or one of ours that was killed, removes it just now.
  if (!removed && removed.error().why.find(kBeingRemoved) != std::string::npos)
    removed = co_await wait_until_removed(std::move(name));
  if (!removed && removed.error().code == ErrorCode::kNotFound) co_return ok();
  co_return removed;
}

Task<> HttpEngine::wait_until_removed(std::string name) {
  ApiCall call{Call::remove_container,
               "POST",
               "/containers/" + name + "/wait?condition=removed",
               {},
               transport_.deadlines().create};
  BOOST_OUTCOME_CO_TRY(const auto reply, co_await transport_.send(std::move(call)));
  BOOST_OUTCOME_CO_TRY(const auto document, parse_document(reply.body));
  const auto message = text_of(member(document, "Error"), "Message");
  if (!message.empty()) co_return engine_error(Call::remove_container, 200, message);
  co_return ok();
}

Task<ports::ContainerStats> HttpEngine::container_stats(std::string name) {
  if (!is_object_name(name)) co_return no_container(name);
  ApiCall call{Call::other, "GET", "/containers/" + name + "/stats?stream=false&one-shot=true"};
  BOOST_OUTCOME_CO_TRY(const auto reply, co_await transport_.send(std::move(call)));
  BOOST_OUTCOME_CO_TRY(const auto document, parse_document(reply.body));
  co_return read_stats(document);
}

}  // namespace aistack::engine
