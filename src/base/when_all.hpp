#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/task.hpp"

namespace aistack {

namespace detail {

template <class T>
boost::asio::awaitable<void> fill(Task<T> task, std::optional<Result<T>>& slot) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  slot.emplace(co_await std::move(task));
}

// What runs each task, once it is waited for, and puts its result in the slot of the same place.
template <class T>
auto prepare(const boost::asio::any_io_executor& executor, std::vector<Task<T>> tasks,
             std::vector<std::optional<Result<T>>>& slots) {
  using Operation = decltype(boost::asio::co_spawn(executor, fill(std::move(tasks[0]), slots[0]),
                                                   boost::asio::deferred));
  std::vector<Operation> operations;
  operations.reserve(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i)
    operations.push_back(boost::asio::co_spawn(executor, fill(std::move(tasks[i]), slots[i]),
                                               boost::asio::deferred));
  return operations;
}

}  // namespace detail

// Runs all tasks at once and gives their results in the same order. Cancellation reaches every one
// of them; each still gives its Result.
template <class T>
boost::asio::awaitable<std::vector<Result<T>>> when_all(std::vector<Task<T>> tasks) {
  const auto executor = co_await boost::asio::this_coro::executor;
  std::vector<std::optional<Result<T>>> slots(tasks.size());
  auto operations = detail::prepare(executor, std::move(tasks), slots);
  if (!operations.empty()) {
    auto group = boost::asio::experimental::make_parallel_group(std::move(operations));
    auto [order, exceptions] = co_await group.async_wait(boost::asio::experimental::wait_for_all(),
                                                         boost::asio::use_awaitable);
    for (const auto& exception : exceptions)
      if (exception) std::rethrow_exception(exception);
  }
  std::vector<Result<T>> results;
  results.reserve(slots.size());
  for (auto& slot : slots) results.push_back(std::move(*slot));
  co_return results;
}

// Runs all tasks at once until the first one ends, gives its result, and cancels the others.
template <class T>
Task<T> first_of(std::vector<Task<T>> tasks) {
  const auto executor = co_await boost::asio::this_coro::executor;
  std::vector<std::optional<Result<T>>> slots(tasks.size());
  auto operations = detail::prepare(executor, std::move(tasks), slots);
  auto group = boost::asio::experimental::make_parallel_group(std::move(operations));
  auto [order, exceptions] = co_await group.async_wait(boost::asio::experimental::wait_for_one(),
                                                       boost::asio::use_awaitable);
  for (const auto& exception : exceptions)
    if (exception) std::rethrow_exception(exception);
  co_return std::move(*slots[order.front()]);
}

// Runs `task` to its end whatever happens: a Ctrl-C that comes meanwhile does not reach it. For
// steps that must not be left half done, and for undoing them.
template <class T>
Task<T> shielded(Task<T> task) {
  const auto executor = co_await boost::asio::this_coro::executor;
  std::optional<Result<T>> slot;
  co_await boost::asio::co_spawn(executor, detail::fill(std::move(task), slot),
                                 boost::asio::bind_cancellation_slot(
                                     boost::asio::cancellation_slot{}, boost::asio::use_awaitable));
  co_return std::move(*slot);
}

// Has Ctrl-C come? Checked between steps, so that one that came outside a wait is not missed.
inline Task<> check_interrupted() {
  const auto state = co_await boost::asio::this_coro::cancellation_state;
  if (state.cancelled() != boost::asio::cancellation_type::none)
    co_return Error{ErrorCode::kInterrupted, "interrupted"};
  co_return ok();
}

}  // namespace aistack
