#include "adapters/http/client.hpp"

#include <fmt/format.h>

#include "adapters/http/connection.hpp"
#include "base/text.hpp"

namespace aistack::http {
namespace {

using ports::HttpRequest;
using ports::HttpResponse;
using std::chrono::steady_clock;

// The error of a probe: `why` names the peer and the errno.
Error to_error(const Failure& failure, const std::string& host, int port,
               std::chrono::milliseconds timeout) {
  const auto peer = fmt::format("{}:{}", host, port);
  switch (failure.kind) {
    case Failure::Kind::interrupted:
      return {ErrorCode::kInterrupted, "interrupted"};
    case Failure::Kind::timeout:
      return {ErrorCode::kTimeout,
              fmt::format("{} did not answer within {} ms", peer, timeout.count())};
    case Failure::Kind::closed:
      return {ErrorCode::kIo, fmt::format("{} closed the connection without an answer", peer)};
    case Failure::Kind::cut_off:
      return {ErrorCode::kIo, fmt::format("{}: the answer was cut off", peer)};
    default:
      return {ErrorCode::kIo, fmt::format("{}: {}", peer, printable(failure.text))};
  }
}

Request to_wire(const HttpRequest& request) {
  Request wire;
  wire.method = request.method;
  wire.target = request.target;
  const bool ipv6 = request.host.find(':') != std::string::npos;
  wire.host = fmt::format(fmt::runtime(ipv6 ? "[{}]:{}" : "{}:{}"), request.host, request.port);
  wire.headers = request.headers;
  wire.headers.emplace_back("Connection", "close");
  wire.body = request.body;
  return wire;
}

class BeastHttpClient final : public ports::HttpClient {
 public:
  explicit BeastHttpClient(boost::asio::any_io_executor executor)
      : executor_(std::move(executor)) {}

  Task<HttpResponse> send(HttpRequest request) override {
    const auto deadline = steady_clock::now() + request.timeout;
    auto reply = co_await exchange(request, deadline);
    if (!reply) co_return to_error(reply.error(), request.host, request.port, request.timeout);
    co_return std::move(reply.value());
  }

  Task<HttpResponse> stream(HttpRequest request,
                            std::function<Result<>(std::string_view)> sink) override {
    const auto fail = [&request](const Failure& failure) {
      return to_error(failure, request.host, request.port, request.timeout);
    };
    const auto within = [&request] { return steady_clock::now() + request.timeout; };
    std::unique_ptr<Connection> connection;
    auto head = co_await begin(request, within(), connection);
    if (!head) co_return fail(head.error());
    HttpResponse response{head.value().status, std::move(head.value().headers), {}};
    if (response.status >= 400) {
      auto body = co_await connection->receive_all(request.max_body_bytes, within());
      if (!body) co_return fail(body.error());
      response.body = std::move(body.value());
      co_return response;
    }
    while (true) {
      const auto piece = co_await connection->receive_some(within());
      if (!piece) co_return fail(piece.error());
      if (piece.value().empty()) co_return response;
      BOOST_OUTCOME_CO_TRY(sink(piece.value()));
    }
  }

  Task<> connect(std::string host, int port, std::chrono::milliseconds timeout) override {
    Address address{{}, host, port};
    auto opened =
        co_await Connection::open(executor_, std::move(address), steady_clock::now() + timeout);
    if (!opened) co_return to_error(opened.error(), host, port, timeout);
    co_return ok();
  }

 private:
  Wire<ResponseHead> begin(const HttpRequest& request, Deadline deadline,
                           std::unique_ptr<Connection>& connection) {
    Address address{{}, request.host, request.port};
    BOOST_OUTCOME_CO_TRY(connection,
                         co_await Connection::open(executor_, std::move(address), deadline));
    const Request wire = to_wire(request);
    BOOST_OUTCOME_CO_TRY(co_await connection->send(wire, deadline));
    co_return co_await connection->receive_head(deadline);
  }

  Wire<HttpResponse> exchange(const HttpRequest& request, Deadline deadline) {
    std::unique_ptr<Connection> connection;
    BOOST_OUTCOME_CO_TRY(auto head, co_await begin(request, deadline, connection));
    BOOST_OUTCOME_CO_TRY(auto body,
                         co_await connection->receive_all(request.max_body_bytes, deadline));
    HttpResponse response{head.status, std::move(head.headers), std::move(body)};
    co_return response;
  }

  boost::asio::any_io_executor executor_;
};

}  // namespace

std::unique_ptr<ports::HttpClient> make_http_client(boost::asio::any_io_executor executor) {
  return std::make_unique<BeastHttpClient>(std::move(executor));
}

}  // namespace aistack::http
