#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/when_all.hpp"
#include "operations/context.hpp"

namespace aistack::operations {

// Rings when the engine reports something about a project's containers (died, started, healthy),
// so that whoever waits for them looks at once instead of at the end of its pause.
class EngineBell {
 public:
  explicit EngineBell(const boost::asio::any_io_executor& executor)
      : ring_(executor, boost::asio::steady_timer::time_point::max()) {}

  // Runs `waiting`, which calls `pause`, with the bell connected. Most waits are over within a
  // second, so it is connected only then. An engine that goes away is waited for, and the pauses
  // last their time meanwhile.
  template <class T>
  Task<T> during(Context& context, std::string project, Task<T> waiting) {
    BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
    std::vector<Task<T>> both;
    both.push_back(std::move(waiting));
    both.push_back(connected<T>(context, std::move(project)));
    co_return co_await first_of(std::move(both));
  }

  // Ends after `duration`, or when the bell rings or has rung since the last pause. kInterrupted.
  Task<> pause(Context& context, std::chrono::nanoseconds duration);

 private:
  template <class T>
  Task<T> connected(Context& context, std::string project) {
    const auto ended = co_await listen(context, std::move(project));
    co_return ended.error();
  }
  // Until cancelled: never ends well.
  Task<> listen(Context& context, std::string project);
  Task<> rings();

  boost::asio::steady_timer ring_;
  bool rung_ = false;
};

}  // namespace aistack::operations
