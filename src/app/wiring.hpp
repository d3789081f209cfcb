#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "cli/command_log.hpp"
#include "cli/output.hpp"
#include "cli/session.hpp"

namespace aistack::app {

// Everything that a command may use, made when it is first asked for: the only place that names
// the concrete adapters.
class Wiring {
 public:
  // `about`: the command, for aistack.log.
  Wiring(boost::asio::any_io_executor executor, cli::Output& output, cli::GlobalOptions options,
         std::map<std::string, std::string> environment, cli::CommandLog::About about);
  Wiring(const Wiring&) = delete;
  Wiring& operator=(const Wiring&) = delete;
  ~Wiring();

  cli::Session session();
  // Ends the progress display, so that what is printed next stands on lines of its own, and what
  // aistack.log has to say of the command.
  void finish(int exit_code);
  // The same for a command that ran into a bug.
  void fail(const Error& bug);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace aistack::app
