#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "cli/output.hpp"
#include "cli/session.hpp"

namespace aistack::app {

// Everything that a command may use, made when it is first asked for: the only place that names
// the concrete adapters.
class Wiring {
 public:
  Wiring(boost::asio::any_io_executor executor, cli::Output& output, cli::GlobalOptions options,
         std::map<std::string, std::string> environment);
  Wiring(const Wiring&) = delete;
  Wiring& operator=(const Wiring&) = delete;
  ~Wiring();

  cli::Session session();
  // Ends the progress display, so that what is printed next stands on lines of its own.
  void finish_progress();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace aistack::app
