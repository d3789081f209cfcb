#include "support/fake_clock.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/when_all.hpp"

namespace aistack::testing {
namespace asio = boost::asio;

Task<> Announcement::wait() {
  co_await asio::this_coro::throw_if_cancelled(false);
  BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
  const auto before = count_;
  boost::system::error_code woken;
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  if (count_ == before) co_return Error{ErrorCode::kInterrupted, "interrupted"};
  co_return ok();
}

Task<> Announcement::yield(asio::io_context& io) {
  const auto turn = std::make_shared<Announcement>(io);
  asio::post(io, [turn] { turn->announce(); });
  co_return co_await turn->wait();
}

Task<> FakeClock::sleep(std::chrono::nanoseconds duration) {
  const auto wake = std::make_shared<Announcement>(io_);
  call_in(duration, [weak = std::weak_ptr(wake)] {
    if (const auto sleeper = weak.lock()) sleeper->announce();
  });
  co_return co_await wake->wait();
}

void FakeClock::call_in(std::chrono::nanoseconds duration, std::function<void()> act) {
  due_.emplace(steady_ + std::max(duration, std::chrono::nanoseconds(0)), std::move(act));
}

void FakeClock::move_to(SteadyTime time) {
  wall_ += std::chrono::duration_cast<Time::duration>(time - steady_);
  steady_ = time;
}

bool FakeClock::step() {
  if (due_.empty()) return false;
  auto next = due_.extract(due_.begin());
  if (next.key() > steady_) move_to(next.key());
  next.mapped()();
  return true;
}

void FakeClock::advance(std::chrono::nanoseconds duration) {
  const auto end = steady_ + duration;
  while (!due_.empty() && due_.begin()->first <= end) {
    step();
    io_.restart();
    io_.poll();
  }
  move_to(end);
}

}  // namespace aistack::testing
