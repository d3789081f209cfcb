#include "app/interrupts.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>

#include "cli/render/error.hpp"

namespace aistack::app {
namespace {

// Long enough for what ends at once to say nothing, and for a nervous finger.
constexpr std::chrono::seconds kPatience{1};

}  // namespace

Interrupts::Interrupts(boost::asio::io_context& io, cli::Output& output)
    : output_(output), signals_(io, SIGINT, SIGTERM), patience_(io) {
  wait_for_signal();
}

void Interrupts::wait_for_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    // One that came together with the end is here although the wait is cancelled.
    if (error || state_ == State::ended) return;
    if (state_ == State::undoing) {
      output_.error_line("stopped; the next aistack command finishes or undoes what was begun",
                         cli::Priority::error);
      _exit(cli::exit_code(ErrorCode::kInterrupted));
    }
    if (state_ == State::running) {
      state_ = State::cancelled;
      patience_.expires_after(kPatience);
      patience_.async_wait([this](const boost::system::error_code& stopped) {
        if (!stopped) undoing();
      });
      cancel_.emit(boost::asio::cancellation_type::terminal);
    }
    wait_for_signal();
  });
}

void Interrupts::undoing() {
  if (state_ != State::cancelled) return;
  state_ = State::undoing;
  output_.error_line(
      "interrupted: ending what was begun (Ctrl-C again leaves that to the next command)",
      cli::Priority::warning);
}

void Interrupts::stop() {
  state_ = State::ended;
  signals_.cancel();
  patience_.cancel();
}

}  // namespace aistack::app
