#include "adapters/engine/connection_pool.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "adapters/engine/errors.hpp"
#include "base/when_all.hpp"

namespace aistack::engine {
namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

constexpr int kMostConnections = 8;
constexpr std::size_t kMostIdle = 2;

}  // namespace

ConnectionPool::ConnectionPool(asio::any_io_executor executor, std::string endpoint,
                               Connect connect, std::function<void()> closed)
    : executor_(std::move(executor)),
      endpoint_(std::move(endpoint)),
      connect_(std::move(connect)),
      closed_(std::move(closed)) {}

Task<ConnectionPool::Lease> ConnectionPool::acquire(http::Deadline deadline, milliseconds allowed,
                                                    Wanted wanted) {
  const bool may_be_kept = wanted == Wanted::any || keeps_ == Keeps::yes;
  auto kept = may_be_kept ? take_idle() : nullptr;
  while (!kept && in_use_ >= kMostConnections) {
    BOOST_OUTCOME_CO_TRY(co_await wait_for_turn(deadline, allowed));
    if (may_be_kept) kept = take_idle();
  }
  ++in_use_;
  if (kept) co_return Lease(*this, std::move(kept), true);
  auto opened = co_await connect_(deadline);
  if (!opened) {
    release(nullptr);
    co_return std::move(opened.error());
  }
  co_return Lease(*this, std::move(opened.value()), false);
}

// Waits until a connection comes back.
Task<> ConnectionPool::wait_for_turn(http::Deadline deadline, milliseconds allowed) {
  co_await asio::this_coro::throw_if_cancelled(false);
  BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
  asio::steady_timer turn(executor_, deadline);
  queue_.push_back(&turn);
  boost::system::error_code woken;
  co_await turn.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  const auto place = std::find(queue_.begin(), queue_.end(), &turn);
  if (place == queue_.end()) co_return ok();  // `release` took it out
  queue_.erase(place);
  http::Failure failure;
  failure.kind = woken ? http::Failure::Kind::interrupted : http::Failure::Kind::timeout;
  co_return transport_error(failure, endpoint_, allowed);
}

// A kept connection that is still open, or none.
std::unique_ptr<http::Connection> ConnectionPool::take_idle() {
  while (!idle_.empty()) {
    auto kept = std::move(idle_.back());
    idle_.pop_back();
    if (kept->reusable()) return kept;
    note_that_it_closes(engine_);
    closed_();
  }
  return nullptr;
}

void ConnectionPool::release(std::unique_ptr<http::Connection> connection) {
  --in_use_;
  const auto room = queue_.empty() ? kMostIdle : static_cast<std::size_t>(kMostConnections);
  if (connection && keeps_ != Keeps::no && idle_.size() < room && connection->reusable())
    idle_.push_back(std::move(connection));
  if (queue_.empty()) return;
  queue_.front()->cancel();
  queue_.pop_front();
}

void ConnectionPool::note_success(const Lease& lease) {
  if (lease.kept_) keeps_ = Keeps::yes;
}

bool ConnectionPool::is_stale(const Lease& lease, const Error& error) {
  const bool stale = lease.kept_ && error.code == ErrorCode::kEngineUnreachable;
  if (stale) note_that_it_closes(lease.engine_);
  return stale;
}

// One that kept them until now was restarted, maybe: all of its connections are closed then, which
// counts once.
void ConnectionPool::note_that_it_closes(unsigned engine) {
  if (engine < noted_) return;
  noted_ = engine + 1;
  keeps_ = keeps_ == Keeps::yes ? Keeps::unknown : Keeps::no;
}

void ConnectionPool::forget() {
  idle_.clear();
  ++engine_;
}

}  // namespace aistack::engine
