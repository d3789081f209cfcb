#include "operations/soak.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "operations/engine_bell.hpp"
#include "operations/evidence.hpp"
#include "operations/wait_ready.hpp"

namespace aistack::operations {
namespace {

constexpr std::chrono::milliseconds kLookEvery{500};
// A probe that fails once may be a coincidence; for so long it is not.
constexpr std::chrono::seconds kGreenAgainWithin{10};

Error unstable(const CatalogEntry& entry, std::string why) {
  Error error{ErrorCode::kNotHealthy, std::move(why)};
  error.what = fmt::format("{} does not stay up", entry.name);
  error.next = {fmt::format("aistack logs {} 50", entry.name)};
  return error;
}

Task<> watch(Context& context, const CatalogEntry& entry, std::chrono::seconds duration,
             EngineBell& bell) {
  const auto& name = entry.main().container_name;
  BOOST_OUTCOME_CO_TRY(const auto first, co_await context.engine.inspect_container(name));
  if (!first) co_return unstable(entry, "somebody removed the container");
  const auto end = context.clock.steady_now() + duration;
  while (context.clock.steady_now() < end) {
    const auto left = end - context.clock.steady_now();
    const std::chrono::nanoseconds pause = std::min<std::chrono::nanoseconds>(kLookEvery, left);
    BOOST_OUTCOME_CO_TRY(co_await bell.pause(context, pause));
    BOOST_OUTCOME_CO_TRY(const auto now, co_await context.engine.inspect_container(name));
    if (!now || now->id != first->id) co_return unstable(entry, "somebody removed the container");
    const bool same_run = now->state == ports::ContainerState::running &&
                          now->restart_count == first->restart_count &&
                          now->started == first->started;
    if (same_run) continue;
    const auto words = co_await last_words(context, name);
    co_return unstable(entry,
                       fmt::format("it ended while it was watched: {}{}", exit_text(*now), words));
  }
  co_return ok();
}

}  // namespace

Task<> soak(Context& context, const CatalogEntry& entry, std::chrono::seconds duration) {
  EngineBell bell{co_await boost::asio::this_coro::executor};
  BOOST_OUTCOME_CO_TRY(
      co_await bell.during(context, entry.project.name, watch(context, entry, duration, bell)));
  const std::chrono::nanoseconds patience = kGreenAgainWithin;
  BOOST_OUTCOME_CO_TRY(co_await wait_ready(context, entry, patience));
  co_return ok();
}

}  // namespace aistack::operations
