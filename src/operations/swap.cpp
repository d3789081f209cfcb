#include "operations/swap.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/when_all.hpp"
#include "operations/carry_over.hpp"
#include "operations/labels.hpp"
#include "operations/leftovers.hpp"
#include "operations/removal.hpp"
#include "operations/stop.hpp"

namespace aistack::operations {
namespace {

constexpr std::string_view kNext = ".aistack-next";
constexpr std::string_view kPrevious = ".aistack-previous";

Task<> carry_out(Context& context, const std::string& name, SettleStep step) {
  switch (step) {
    case SettleStep::remove_next:
      co_return co_await context.engine.remove_container(next_name(name), kKeepItsVolumes);
    case SettleStep::remove_current:
      co_return co_await context.engine.remove_container(name, kKeepItsVolumes);
    case SettleStep::remove_previous:
      co_return co_await context.engine.remove_container(previous_name(name), kKeepItsVolumes);
    case SettleStep::rename_previous_back:
      co_return co_await context.engine.rename_container(previous_name(name), name);
  }
  co_return ok();
}

// Puts the old container back after a failed swap.
Task<> undo(Context& context, std::string name, std::string old_name, bool old_was_running) {
  BOOST_OUTCOME_CO_TRY(const auto all, co_await context.engine.list_containers({}));
  BOOST_OUTCOME_CO_TRY(co_await settle(context, name, all, SettleFor::undo));
  const bool moved = std::none_of(
      all.begin(), all.end(), [&](const auto& container) { return container.name == old_name; });
  if (moved && old_name != name) {
    BOOST_OUTCOME_CO_TRY(co_await context.engine.rename_container(name, old_name));
  }
  if (old_was_running) {
    BOOST_OUTCOME_CO_TRY(co_await context.engine.start_container(old_name));
  }
  co_return ok();
}

// The steps between which both containers exist.
Task<> exchange(Context& context, const std::string& name, const std::string& old_name,
                bool old_was_running, StartAfterSwap start) {
  if (old_was_running) {
    BOOST_OUTCOME_CO_TRY(co_await stop_fully(context, old_name));
  }
  BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
  BOOST_OUTCOME_CO_TRY(co_await context.engine.rename_container(old_name, previous_name(name)));
  BOOST_OUTCOME_CO_TRY(co_await context.engine.rename_container(next_name(name), name));
  if (start == StartAfterSwap::yes) {
    BOOST_OUTCOME_CO_TRY(co_await context.engine.start_container(name));
  }
  co_return ok();
}

}  // namespace

std::string next_name(const std::string& name) {
  return name + std::string{kNext};
}
std::string previous_name(const std::string& name) {
  return name + std::string{kPrevious};
}
bool is_swap_name(const std::string& name) {
  return name.ends_with(kNext) || name.ends_with(kPrevious);
}

std::vector<SettleStep> settle_steps(const SwapRemains& seen, SettleFor purpose) {
  std::vector<SettleStep> steps;
  if (seen.next) steps.push_back(SettleStep::remove_next);
  if (!seen.previous) return steps;
  if (purpose == SettleFor::recovery && seen.current && seen.current_running) {
    // The new one came up: the swap was complete but for the last step.
    steps.push_back(SettleStep::remove_previous);
    return steps;
  }
  if (seen.current) steps.push_back(SettleStep::remove_current);
  steps.push_back(SettleStep::rename_previous_back);
  return steps;
}

Task<bool> settle(Context& context, std::string name,
                  const std::vector<ports::ContainerSummary>& all, SettleFor purpose) {
  SwapRemains seen;
  for (const auto& container : all) {
    seen.next |= container.name == next_name(name);
    seen.previous |= container.name == previous_name(name);
    if (container.name != name) continue;
    seen.current = true;
    seen.current_running = container.state == ports::ContainerState::running;
  }
  const auto steps = settle_steps(seen, purpose);
  for (const auto step : steps) {
    BOOST_OUTCOME_CO_TRY(co_await carry_out(context, name, step));
  }
  co_return !steps.empty();
}

Task<std::string> swap(Context& context, domain::ContainerSpec spec, std::string old_name,
                       bool old_was_running, StartAfterSwap start) {
  const auto name = spec.name;
  auto carried = co_await carry_anonymous_volumes(context, old_name, spec);
  if (!carried) co_return unchanged(std::move(carried).error());
  const auto labels = spec.config.value("Labels", nlohmann::json::object());
  const auto service = labels.value(kServiceLabel, name);
  spec.name = next_name(name);
  sign(context, spec);
  // Made first: a specification that the engine refuses costs no downtime.
  auto created = co_await context.engine.create_container(std::move(spec));
  if (!created) co_return unchanged(std::move(created).error());
  auto exchanged = co_await exchange(context, name, old_name, old_was_running, start);
  if (exchanged) {
    const auto removed =
        co_await shielded(context.engine.remove_container(previous_name(name), kKeepItsVolumes));
    if (removed) co_return std::move(created).value();
    // The next `settle` keeps the new one if it runs, and would go back otherwise.
    if (start == StartAfterSwap::yes) {
      context.progress.note(service, "the next command removes the old container of " + name +
                                         ", which could not be done now: " + removed.error().why);
      co_return std::move(created).value();
    }
    exchanged = removed.error();
  }
  auto error = std::move(exchanged).error();
  const auto undone = co_await shielded(undo(context, name, old_name, old_was_running));
  if (undone) co_return with_state(std::move(error), "the previous container is back as it was");
  error.state = "the previous container could not be brought back: " + undone.error().why;
  error.next = {fmt::format("aistack start {}   (finishes this once the engine answers)", service)};
  co_return error;
}

}  // namespace aistack::operations
