#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/http/connection.hpp"
#include "base/task.hpp"

namespace aistack::engine {

// Connections to one engine that are kept open between calls: one as long as calls come one after
// the other, more when they come together (at most eight; then they queue).
//
// An engine may close a kept one while the next request is on its way. What reads is sent once more
// then; what changes, which cannot be, has a connection of its own until the engine is known to
// keep them.
class ConnectionPool {
 public:
  class Lease;
  using Connect = std::function<Task<std::unique_ptr<http::Connection>>(http::Deadline)>;
  // `closed` is told that a kept connection turned out to be closed: the engine may be another one
  // now. It is expected to call `forget`. `endpoint` is for errors.
  ConnectionPool(boost::asio::any_io_executor executor, std::string endpoint, Connect connect,
                 std::function<void()> closed);
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // `certain`: not to be closed unasked.
  enum class Wanted { any, certain };
  // The errors of `connect`; kEngineTimeout where its turn did not come until `deadline`
  // (`allowed` after the call), kInterrupted.
  Task<Lease> acquire(http::Deadline deadline, std::chrono::milliseconds allowed, Wanted wanted);

  // Is there an open one for the next call?
  bool ready() const { return !idle_.empty() && idle_.back()->reusable(); }
  // A call over `lease` went well.
  void note_success(const Lease& lease);
  // Whether a call over `lease` failed because the engine closed a kept connection at that very
  // moment.
  bool is_stale(const Lease& lease, const Error& error);
  // Nothing goes over what is kept any more.
  void forget();

 private:
  enum class Keeps { unknown, yes, no };
  Task<> wait_for_turn(http::Deadline deadline, std::chrono::milliseconds allowed);
  std::unique_ptr<http::Connection> take_idle();
  void release(std::unique_ptr<http::Connection> connection);
  void note_that_it_closes(unsigned engine);

  boost::asio::any_io_executor executor_;
  std::string endpoint_;
  Connect connect_;
  std::function<void()> closed_;
  std::vector<std::unique_ptr<http::Connection>> idle_;
  Keeps keeps_ = Keeps::unknown;
  unsigned engine_ = 0;  // how many there were before this one, as far as it is known
  unsigned noted_ = 0;   // the first one of which it is not known yet whether it closes them
  int in_use_ = 0;
  std::deque<boost::asio::steady_timer*> queue_;
};

// A connection out of the pool; goes back by itself.
class ConnectionPool::Lease {
 public:
  Lease(ConnectionPool& pool, std::unique_ptr<http::Connection> connection, bool kept)
      : pool_(&pool), connection_(std::move(connection)), kept_(kept), engine_(pool.engine_) {}
  Lease(Lease&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)),
        connection_(std::move(other.connection_)),
        kept_(other.kept_),
        engine_(other.engine_) {}
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (pool_ != nullptr) pool_->release(std::move(connection_));
  }
  http::Connection& operator*() const { return *connection_; }
  // Nothing more goes over it.
  void drop() {
    std::exchange(pool_, nullptr)->release(nullptr);
    connection_.reset();
  }

 private:
  friend class ConnectionPool;
  ConnectionPool* pool_;
  std::unique_ptr<http::Connection> connection_;
  bool kept_;        // it has carried an answer before
  unsigned engine_;  // which one it leads to
};

}  // namespace aistack::engine
