#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

#include "base/task.hpp"

// Runs tasks in tests, in real time. For virtual time, see fake_clock.hpp.
namespace aistack::testing {

constexpr std::chrono::seconds kTestLimit{60};

// A task that has been started: its result, once it has ended, and a way to cancel it.
template <class T>
struct Running {
  std::optional<T> result;
  std::exception_ptr error;
  boost::asio::cancellation_signal signal;

  bool ended() const { return result.has_value() || error; }
  // As Ctrl-C does.
  void cancel() { signal.emit(boost::asio::cancellation_type::terminal); }
  T take() {
    if (error) std::rethrow_exception(error);
    if (!result) throw std::runtime_error("the task did not end in time");
    return std::move(*result);
  }
};

namespace detail {
template <class T>
boost::asio::awaitable<void> keep(boost::asio::awaitable<T> task,
                                  std::shared_ptr<Running<T>> running) {
  running->result.emplace(co_await std::move(task));
}
}  // namespace detail

// Starts `task`; it goes on whenever `io` runs.
template <class T>
std::shared_ptr<Running<T>> start(boost::asio::io_context& io, boost::asio::awaitable<T> task) {
  auto running = std::make_shared<Running<T>>();
  boost::asio::co_spawn(
      io, detail::keep(std::move(task), running),
      boost::asio::bind_cancellation_slot(
          running->signal.slot(), [running](std::exception_ptr error) { running->error = error; }));
  return running;
}

// Runs `io` until `done`; false if the limit passes first.
inline bool run_until(boost::asio::io_context& io, const std::function<bool()>& done,
                      std::chrono::milliseconds limit = kTestLimit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    io.restart();
    io.run_one_for(std::chrono::milliseconds(5));
  }
  return true;
}

// Runs `task` to its end; throws if that takes too long.
template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> task,
      std::chrono::milliseconds limit = kTestLimit) {
  const auto running = start(io, std::move(task));
  run_until(
      io, [&] { return running->ended(); }, limit);
  return running->take();
}

// Runs `task` until `when`, cancels it, and gives what it then ends with.
template <class T>
T run_and_cancel(boost::asio::io_context& io, boost::asio::awaitable<T> task,
                 const std::function<bool()>& when) {
  const auto running = start(io, std::move(task));
  run_until(io, [&] { return running->ended() || when(); });
  running->cancel();
  run_until(io, [&] { return running->ended(); });
  return running->take();
}

}  // namespace aistack::testing
