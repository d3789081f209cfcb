#include "adapters/posix/clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace aistack::adapters::posix {
namespace {

namespace asio = boost::asio;

class SystemClock : public ports::Clock {
 public:
  Time now() const override { return std::chrono::system_clock::now(); }
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }

  Task<> sleep(std::chrono::nanoseconds duration) override {
    // A cancellation that came before the wait does not reach it: look for it.
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return interrupted();
    asio::steady_timer timer{co_await asio::this_coro::executor};
    timer.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(duration));
    const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error) co_return interrupted();
    co_return ok();
  }

 private:
  static Error interrupted() { return Error{ErrorCode::kInterrupted, "interrupted"}; }
};

}  // namespace

std::unique_ptr<ports::Clock> make_clock() {
  return std::make_unique<SystemClock>();
}

}  // namespace aistack::adapters::posix
