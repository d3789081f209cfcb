#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ports/http_client.hpp"
#include "support/fake_engine.hpp"

namespace aistack::testing {

// Services that answer over HTTP: those of a FakeEngine's running containers, as their Behaviour
// says, and those that a test adds. Nobody there: ECONNREFUSED.
class FakeHttp final : public ports::HttpClient {
 public:
  using Handler = std::function<Result<ports::HttpResponse>(const ports::HttpRequest&)>;

  FakeHttp(boost::asio::io_context& io, FakeClock& clock, FakeEngine* engine = nullptr)
      : io_(io), clock_(clock), engine_(engine) {}

  // What answers at host:port, before any container.
  std::map<std::pair<std::string, int>, Handler> servers;
  std::vector<std::string> requests;  // "GET http://127.0.0.1:11434/"

  Task<ports::HttpResponse> send(ports::HttpRequest request) override;
  // The body goes to `sink` line by line.
  Task<ports::HttpResponse> stream(ports::HttpRequest request,
                                   std::function<Result<>(std::string_view)> sink) override;
  Task<> connect(std::string host, int port, std::chrono::milliseconds timeout) override;

 private:
  Result<FakeContainer*> container_at(const std::string& host, int port);

  boost::asio::io_context& io_;
  FakeClock& clock_;
  FakeEngine* engine_;
};

}  // namespace aistack::testing
