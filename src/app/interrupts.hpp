#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cli/output.hpp"

namespace aistack::app {

// What Ctrl-C and SIGTERM do to a command. The first one cancels it: what it waits for ends, and it
// undoes what it has begun. Where that takes longer than a second, it says so, and from then on
// another one ends the process at once: whatever is half done then is on record, as after a kill,
// and finished or undone by the next command.
class Interrupts {
 public:
  Interrupts(boost::asio::io_context& io, cli::Output& output);
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // Where the first one arrives.
  boost::asio::cancellation_slot slot() { return cancel_.slot(); }
  // The command has ended: nothing is waited for any more.
  void stop();

 private:
  void wait_for_signal();
  void undoing();

  cli::Output& output_;
  boost::asio::cancellation_signal cancel_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer patience_;
  enum class State { running, cancelled, undoing, ended } state_ = State::running;
};

}  // namespace aistack::app
