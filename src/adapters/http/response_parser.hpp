#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "adapters/http/connection.hpp"

namespace aistack::http {

// Takes an HTTP/1.1 answer apart, as it comes in. Any bytes may be given: what is not HTTP is an
// error, nothing is kept beyond a head of 16 KiB and the piece of the body that was given last.
class ResponseParser {
 public:
  ResponseParser();
  ~ResponseParser();

  // Parses the start of `data` and gives how many bytes of it are used up; the rest belongs in
  // front of what comes next. Failure::protocol.
  Outcome<std::size_t> feed(std::string_view data);
  // The peer has closed: true if that is how this answer ends.
  bool finish_at_close();

  bool head_complete() const;
  bool done() const;
  bool keep_alive() const;
  ResponseHead& head();
  std::string& body();  // what came since it was last emptied

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aistack::http
