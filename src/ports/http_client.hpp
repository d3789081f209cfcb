#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.hpp"

namespace aistack::ports {

struct HttpRequest {
  std::string host;  // address or name
  int port = 80;
  std::string method = "GET";
  std::string target = "/";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds timeout{5000};  // for the whole exchange; of a stream: for silence
  std::uint64_t max_body_bytes = 1 << 20;
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// Plain HTTP/1.1 to services on this machine or its containers' networks: one connection a
// request. Errors: kTimeout; kIo with the errno's name (ECONNREFUSED, ECONNRESET, …) in `why`;
// kEngineProtocol is never used here: an answer that is not HTTP or too long is kIo too.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual Task<HttpResponse> send(HttpRequest request) = 0;
  // The body piece by piece to `sink`; `body` of the response is empty. A status of 400 and above
  // comes back with its body and without a call of `sink`.
  virtual Task<HttpResponse> stream(HttpRequest request,
                                    std::function<Result<>(std::string_view)> sink) = 0;
  // Can a TCP connection be made? Errors as above.
  virtual Task<> connect(std::string host, int port, std::chrono::milliseconds timeout) = 0;
};

}  // namespace aistack::ports
