#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "support/temporary_directory.hpp"

namespace aistack::testing {

// A server at a unix socket, or at a TCP port of 127.0.0.1, that sends whatever a test wants, right
// or wrong, from threads of its own. It reads one request after the other (head and body) and asks
// for the answer to each.
class SocketServer {
 public:
  struct Request {
    std::string method;
    std::string target;
    std::string body;
    int number = 0;  // of this server, from 1
  };
  struct Answer {
    // close_late: as the next request comes; hold: keeps the connection, reads nothing; repeat:
    // sends `again` for ever, where there is none the same bytes
    enum class Then { keep, close, close_late, hold, repeat };
    std::string bytes;
    Then then = Then::keep;
    std::string again;
  };
  using Handler = std::function<Answer(const Request&)>;

  enum class Kind { unix_socket, tcp };

  explicit SocketServer(Handler handler, Kind kind = Kind::unix_socket);
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;
  ~SocketServer();

  std::string path() const { return path_; }
  int port() const { return port_; }
  std::string endpoint() const { return "unix://" + path_; }
  int connections() const { return connections_; }
  // Closes every connection, as an engine that restarts does.
  void drop_connections();
  // From now on it does not read a chunked body before it answers.
  void answer_at_the_head() { reads_bodies_ = false; }

 private:
  void listen_at_path();
  void listen_at_port();
  void accept_all();
  void serve(int descriptor);
  bool send_all(int descriptor, const std::string& bytes) const;

  Handler handler_;
  std::unique_ptr<TemporaryDirectory> directory_;
  std::string path_;
  int port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> reads_bodies_ = true;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;  // of what follows
  int requests_ = 0;
  std::list<int> open_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

// A plain answer with its Content-Length.
std::string http_answer(int status, const std::string& body,
                        const std::string& content_type = "application/json");
// The document that a Docker engine gives at /version.
std::string version_document(const std::string& newest = "1.41",
                             const std::string& oldest = "1.12");
// What a Docker engine that speaks `newest` answers to a ping.
std::string pong(const std::string& newest = "1.41");
// How many file descriptors this process has open.
std::size_t open_descriptors();

}  // namespace aistack::testing
