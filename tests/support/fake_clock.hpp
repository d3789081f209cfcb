#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>

#include "ports/clock.hpp"
#include "support/run.hpp"

namespace aistack::testing {

// Time that passes only when the test says so, or when everything waits for it (`run_virtual`).
// Begins at 2026-11-23T10:00:00Z.
class FakeClock final : public ports::Clock {
 public:
  explicit FakeClock(boost::asio::io_context& io) : io_(io) {}

  Time now() const override { return wall_; }
  SteadyTime steady_now() const override { return steady_; }
  Task<> sleep(std::chrono::nanoseconds duration) override;

  // Calls `act` once the time has come.
  void call_in(std::chrono::nanoseconds duration, std::function<void()> act);
  // Lets time pass; what falls due is done in order.
  void advance(std::chrono::nanoseconds duration);
  // Goes to the next thing that waits for time, and does it; false: nothing does.
  bool step();
  // The wall clock is set to another time; nothing else notices.
  void set_wall(Time time) { wall_ = time; }

 private:
  void move_to(SteadyTime time);

  boost::asio::io_context& io_;
  Time wall_ = Time(std::chrono::seconds(1795428000));
  SteadyTime steady_ = SteadyTime(std::chrono::hours(1));
  std::multimap<SteadyTime, std::function<void()>> due_;
};

// Runs `task` to its end in virtual time: whenever nothing can go on, the clock goes to the next
// moment that somebody waits for. Throws if nothing waits for time either (a deadlock), or when a
// virtual day has passed.
template <class T>
T run_virtual(boost::asio::io_context& io, FakeClock& clock, boost::asio::awaitable<T> task) {
  const auto running = start(io, std::move(task));
  const auto end = clock.steady_now() + std::chrono::hours(24);
  while (true) {
    io.restart();
    while (io.poll() > 0) io.restart();
    if (running->ended()) return running->take();
    if (!clock.step()) throw std::runtime_error("everything waits, and nothing for the clock");
    if (clock.steady_now() > end) throw std::runtime_error("the task did not end within a day");
  }
}

// Something that tasks wait for and others announce.
class Announcement {
 public:
  explicit Announcement(boost::asio::io_context& io) : timer_(io, SteadyTime::max()) {}
  // Until the next `announce`. kInterrupted when cancelled.
  Task<> wait();
  // Lets every other task go on first. kInterrupted when cancelled meanwhile.
  static Task<> yield(boost::asio::io_context& io);
  void announce() {
    ++count_;
    timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  std::uint64_t count_ = 0;
};

}  // namespace aistack::testing
