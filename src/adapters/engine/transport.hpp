#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/engine/connection_pool.hpp"
#include "adapters/engine/engine.hpp"
#include "adapters/engine/errors.hpp"
#include "adapters/http/connection.hpp"
#include "base/task.hpp"
#include "ports/container_engine.hpp"

namespace aistack::engine {

// One call of the API. `path` is without the version's prefix, which is put before it unless the
// call is what the version is found out with.
struct ApiCall {
  Call call = Call::other;  // for the meaning of errors
  std::string method = "GET";
  std::string path;
  std::string body = {};                                  // JSON, if any
  std::optional<std::chrono::milliseconds> allowed = {};  // instead of the usual deadline
  std::string registry_login = {};                        // X-Registry-Auth, if any; a secret
  bool versioned = true;
};

struct ApiReply {
  int status = 0;
  std::string body;
};

using PieceSink = std::function<Result<>(std::string_view)>;

// The answer to a call that streams, on a connection of its own; closed with it.
class ApiStream {
 public:
  ApiStream(std::unique_ptr<http::Connection> connection, http::ResponseHead head,
            std::string endpoint, std::optional<std::chrono::milliseconds> silence)
      : connection_(std::move(connection)),
        head_(std::move(head)),
        endpoint_(std::move(endpoint)),
        silence_(silence) {}

  std::string_view content_type() const { return head_.header("Content-Type"); }
  // The next piece, an empty one at the end. kEngineTimeout after too long a silence.
  Task<std::string_view> next();

 private:
  std::unique_ptr<http::Connection> connection_;
  http::ResponseHead head_;
  std::string endpoint_;
  std::optional<std::chrono::milliseconds> silence_;
};

// Carries calls to an engine: connections, the API's version, deadlines, and errors as Errors.
//
// Calls that answer at once share connections. When a kept one turns out to be closed, the engine
// may be another one now: its version is asked again.
//
// A Ctrl-C does not leave a change in the engine's hands: what is no GET and has begun is waited
// for a little longer, so that its caller knows what it changed. What comes after it is
// kInterrupted.
class Transport {
 public:
  Transport(boost::asio::any_io_executor executor, http::Address address, std::string endpoint,
            EngineDeadlines deadlines, EngineObserver observer = {}, SlowObserver slow = {});
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  const std::string& endpoint() const { return endpoint_; }
  const http::Address& address() const { return address_; }
  const EngineDeadlines& deadlines() const { return deadlines_; }

  // The version of the API that is spoken with the engine.
  Task<ports::ApiVersion> spoken();
  Task<ports::EngineVersion> version();

  // An answer of at most 16 MiB. A status that is no success becomes an Error.
  Task<ApiReply> send(ApiCall call);
  // The same, the body piece by piece to `sink`, whose error ends the call.
  Task<int> send(ApiCall call, PieceSink sink);
  // An answer that streams: `silence` is the longest pause between two pieces (absent: any).
  Task<ApiStream> open(ApiCall call, std::optional<std::chrono::milliseconds> silence);
  // A request whose body streams from `source`, with an answer of at most 16 MiB.
  Task<ApiReply> upload(ApiCall call, std::string content_type, ports::ByteSource source);

 private:
  class Observation;
  class Patience;
  Task<std::unique_ptr<http::Connection>> connect(http::Deadline deadline);
  // For one call, with the version known. Nothing was sent over it: a connection that has carried
  // an answer may be closed by the engine while the next request is on its way.
  Task<std::unique_ptr<http::Connection>> connect_to_speak(http::Deadline deadline,
                                                           std::chrono::milliseconds allowed);
  Task<> negotiate(http::Connection& connection, http::Deadline deadline,
                   std::chrono::milliseconds allowed);
  Task<> ask_version(http::Connection& connection, http::Deadline deadline,
                     std::chrono::milliseconds allowed);
  using Question = Task<> (Transport::*)(http::Connection&, http::Deadline,
                                         std::chrono::milliseconds);
  // Asks over a connection out of the pool.
  Task<> find_out(Question ask, http::Deadline deadline, std::chrono::milliseconds allowed);
  void forget_engine();
  Task<int> attempt(ApiCall call, PieceSink sink);
  Task<int> finish(ApiCall call, PieceSink sink);
  Error given_up(const std::string& change) const;
  Task<http::ResponseHead> exchange(http::Connection& connection, const ApiCall& call,
                                    const PieceSink& sink, http::Deadline deadline,
                                    std::chrono::milliseconds allowed);
  Task<> read_error(http::Connection& connection, const ApiCall& call, int status,
                    http::Deadline deadline, std::chrono::milliseconds allowed);
  http::Request to_request(const ApiCall& call) const;
  Error fail(const http::Failure& failure, std::chrono::milliseconds allowed);

  boost::asio::any_io_executor executor_;
  http::Address address_;
  std::string endpoint_;
  EngineDeadlines deadlines_;
  EngineObserver observer_;
  SlowObserver slow_;  // none once it has been told
  std::optional<ports::ApiVersion> spoken_;
  std::optional<ports::EngineVersion> version_;  // asked for only by those who want all of it
  ConnectionPool pool_;
};

}  // namespace aistack::engine
