#include "support/fake_http.hpp"

#include <fmt/format.h>

namespace aistack::testing {
namespace {

Error refused(const std::string& host, int port) {
  return {ErrorCode::kIo,
          fmt::format("{}:{}: connect: connection refused (ECONNREFUSED)", host, port)};
}

}  // namespace

Result<FakeContainer*> FakeHttp::container_at(const std::string& host, int port) {
  auto* container = engine_ == nullptr ? nullptr : engine_->listening_at(host, port);
  if (container == nullptr || container->behaviour.never_ready ||
      clock_.steady_now() - container->started_at < container->behaviour.ready_after)
    return refused(host, port);
  return container;
}

Task<ports::HttpResponse> FakeHttp::send(ports::HttpRequest request) {
  requests.push_back(
      fmt::format("{} http://{}:{}{}", request.method, request.host, request.port, request.target));
  BOOST_OUTCOME_CO_TRY(co_await Announcement::yield(io_));
  const auto server = servers.find({request.host, request.port});
  if (server != servers.end()) co_return server->second(request);
  BOOST_OUTCOME_CO_TRY(const auto* container, container_at(request.host, request.port));
  ports::HttpResponse response{
      container->behaviour.http_status, {}, container->behaviour.http_body};
  co_return response;
}

Task<ports::HttpResponse> FakeHttp::stream(ports::HttpRequest request,
                                           std::function<Result<>(std::string_view)> sink) {
  BOOST_OUTCOME_CO_TRY(auto response, co_await send(std::move(request)));
  if (response.status >= 400) co_return response;
  std::string_view rest = response.body;
  while (!rest.empty()) {
    const auto line =
        rest.substr(0, rest.find('\n') == rest.npos ? rest.npos : rest.find('\n') + 1);
    BOOST_OUTCOME_CO_TRY(sink(line));
    rest.remove_prefix(line.size());
  }
  response.body.clear();
  co_return response;
}

Task<> FakeHttp::connect(std::string host, int port, std::chrono::milliseconds) {
  requests.push_back(fmt::format("CONNECT {}:{}", host, port));
  BOOST_OUTCOME_CO_TRY(co_await Announcement::yield(io_));
  if (servers.contains({host, port})) co_return ok();
  BOOST_OUTCOME_CO_TRY(container_at(host, port));
  co_return ok();
}

}  // namespace aistack::testing
