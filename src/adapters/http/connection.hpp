#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/http/failure.hpp"
#include "base/time.hpp"

namespace aistack::http {

// Where to connect: a unix socket if `path` is set, else TCP.
struct Address {
  std::string path;
  std::string host;
  int port = 0;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = "GET";
  std::string target = "/";
  std::string host = "localhost";
  Headers headers;
  std::string body;  // of `send`; its Content-Length is added
};

struct ResponseHead {
  int status = 0;
  Headers headers;
  // The value of a header, names compared without case; "" if absent.
  std::string_view header(std::string_view name) const;
};

// When to give up. Steady time, so that a clock that jumps changes nothing.
using Deadline = SteadyTime;
constexpr Deadline kNoDeadline = Deadline::max();

// One HTTP/1.1 client connection, over TCP or a unix socket: one exchange at a time, kept alive
// between them where the server allows it.
//
// Every wait ends at its deadline (Failure::timeout) or when the task is cancelled
// (Failure::interrupted); after any failure the connection is of no use any more. Memory is
// bounded: a read buffer of 16 KiB, a head of at most 16 KiB, and a body that the caller takes
// piece by piece. Not for use by two tasks at once.
class Connection {
 public:
  // Failure::connect with the errno; a name that cannot be resolved has EHOSTUNREACH.
  static Wire<std::unique_ptr<Connection>> open(boost::asio::any_io_executor executor,
                                                Address address, Deadline deadline);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Sends a request with its body.
  Wire<> send(const Request& request, Deadline deadline);
  // The same with a body of unknown length: `begin_body`, then `send_piece` for each piece, an
  // empty one at the end. A server that answers early makes these fail; its answer can then still
  // be received.
  Wire<> begin_body(const Request& request, Deadline deadline);
  Wire<> send_piece(std::string_view piece, Deadline deadline);

  // The head of the answer, without 1xx ones.
  Wire<ResponseHead> receive_head(Deadline deadline);
  // The next piece of the body (at most 16 KiB), an empty one at its end. Valid until the next
  // call.
  Wire<std::string_view> receive_some(Deadline deadline);
  // The whole body; `too_long` if it has more than `limit` bytes.
  Wire<std::string> receive_all(std::uint64_t limit, Deadline deadline);

  // Whether another request may follow: the answer came in full and both sides keep the
  // connection. Looks at the socket, so that one which the server has closed since is noticed.
  bool reusable() const;

 private:
  struct State;
  explicit Connection(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace aistack::http
