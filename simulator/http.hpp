#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "settings.hpp"

namespace simulator {

struct Request {
  std::string method;
  std::string path;  // without the query
  std::string authorization;
  nlohmann::json body;  // null when it is empty or no JSON
};

// One connection's answer. A connection serves one request.
class Reply {
 public:
  explicit Reply(int socket) : socket_(socket) {}

  void json(int status, const nlohmann::json& body);
  void text(int status, const std::string& body, const std::string& type = "text/plain");

  // A body that is written line by line (chunked). `line` is false once the client has gone.
  void begin_stream(const std::string& type);
  bool line(const nlohmann::json& object);
  void end_stream();

  int status() const { return status_; }

 private:
  bool write(const std::string& bytes);

  int socket_;
  int status_ = 0;
};

using Handler = std::function<void(const Request&, Reply&)>;

// Serves for ever, a thread a connection. Faults of the wire (hang, 500, slow) are played here, so
// that they hit every path alike. Returns only when the port cannot be had.
int serve(const Settings& settings, const Handler& handler);

// The status of GET `path` on this machine; 0 when there is no answer. For `healthcheck`.
int ask(int port, const std::string& path);

// One line of the service's log, in one write.
void log(const std::string& line);

void sleep_seconds(double seconds);

}  // namespace simulator
