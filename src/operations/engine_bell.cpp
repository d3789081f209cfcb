#include "operations/engine_bell.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "operations/labels.hpp"

namespace aistack::operations {
namespace {

constexpr std::chrono::nanoseconds kConnectAfter = std::chrono::seconds{1};

}  // namespace

Task<> EngineBell::pause(Context& context, std::chrono::nanoseconds duration) {
  // A Ctrl-C that a call to the engine took in is known here only: what runs at once has a
  // cancellation of its own.
  BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
  if (!rung_) {
    std::vector<Task<>> either;
    either.push_back(context.clock.sleep(duration));
    either.push_back(rings());
    BOOST_OUTCOME_CO_TRY(co_await first_of(std::move(either)));
  }
  rung_ = false;
  co_return ok();
}

Task<> EngineBell::rings() {
  co_await ring_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  if (rung_) co_return ok();
  co_return Error{ErrorCode::kInterrupted, "interrupted"};
}

Task<> EngineBell::listen(Context& context, std::string project) {
  const ports::EventQuery query{
      .types = {"container"}, .labels = {{kComposeProject, project}}, .since = {}};
  const std::function<void()> ready = [] {};
  const ports::EventSink ring = [this](const ports::EngineEvent& event) -> Result<> {
    // A healthcheck of the image runs a command again and again, which is no news.
    if (event.action.starts_with("exec_")) return ok();
    rung_ = true;
    ring_.cancel();
    return ok();
  };
  while (true) {
    BOOST_OUTCOME_CO_TRY(co_await context.clock.sleep(kConnectAfter));
    const auto ended = co_await context.engine.events(query, ready, ring);
    if (!ended && ended.error().code == ErrorCode::kInterrupted) co_return ended.error();
  }
}

}  // namespace aistack::operations
