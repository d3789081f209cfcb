#include "operations/operation.hpp"

#include <fmt/format.h>

#include <utility>

#include "operations/recover.hpp"
#include "operations/update_journal.hpp"

namespace aistack::operations {
Operation::Operation(Context& context, std::string service, std::string verb,
                     std::unique_ptr<ports::ServiceLock> lock)
    : context_(&context),
      service_(std::move(service)),
      verb_(std::move(verb)),
      id_(context.new_operation_id()),
      lock_(std::move(lock)) {}

Task<Operation> Operation::begin(Context& context, std::string service, std::string verb) {
  auto lock = co_await context.locks.acquire(service, verb, context.lock_timeout);
  if (!lock) {
    auto error = with_what(std::move(lock).error(), fmt::format("cannot {} {}", verb, service));
    co_return unchanged(std::move(error));
  }
  // A state directory that cannot be used is nobody's interrupted update. Of a damaged plan
  // `recover` says what to do about it.
  auto readable = read_plan(context, service);
  if (!readable && !is_damaged(readable.error())) {
    auto error = with_what(std::move(readable).error(), fmt::format("cannot {} {}", verb, service));
    co_return unchanged(std::move(error));
  }
  // Whatever was killed in the middle is finished or undone before anything else happens.
  auto recovered = co_await recover(context, service);
  if (!recovered) {
    auto error = with_what(std::move(recovered).error(),
                           fmt::format("cannot finish the interrupted update of {}", service));
    co_return with_state(std::move(error), "the plan of the update is kept, nothing else is done");
  }
  Operation operation{context, std::move(service), std::move(verb), std::move(lock).value()};
  operation.event("started");
  co_return std::move(operation);
}

void Operation::event(const std::string& what, nlohmann::json fields) {
  const ports::Event event{.time = context_->clock.now(),
                           .name = fmt::format("service.{}.{}", verb_, what),
                           .service = service_,
                           .operation = id_,
                           .fields = std::move(fields)};
  const auto written = context_->events.append(event);
  if (!written)
    context_->progress.note(service_, "the event log is not written: " + written.error().why);
}

void Operation::completed(nlohmann::json fields) {
  event("completed", std::move(fields));
}

void Operation::failed(const Error& error) {
  event(error.code == ErrorCode::kInterrupted ? "interrupted" : "failed",
        {{"code", to_string(error.code)}, {"why", error.why}, {"state", error.state}});
}

}  // namespace aistack::operations
