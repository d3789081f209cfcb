#include "operations/leftovers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "operations/deploy.hpp"
#include "operations/labels.hpp"
#include "operations/removal.hpp"
#include "operations/service_record.hpp"
#include "operations/stack.hpp"
#include "operations/stage.hpp"
#include "operations/swap.hpp"

namespace aistack::operations {
namespace {

using ports::ContainerSummary;
using Containers = std::vector<ContainerSummary>;
using Record = std::optional<ServiceRecord>;

// The state directory that a container was made for.
constexpr auto kStateLabel = "io.aistack.state";

// The container that tells who replaces `name`: the new one, and the old one where only that is
// left.
const ContainerSummary* witness(const Containers& all, const std::string& name) {
  if (const auto* next = container_named(all, next_name(name))) return next;
  const auto* previous = container_named(all, previous_name(name));
  if (previous == nullptr) return nullptr;
  const auto* current = container_named(all, name);
  return current != nullptr ? current : previous;
}

Error of_another(const ContainerSummary& container, const std::string& service,
                 const std::string& state) {
  Error error{ErrorCode::kLocked,
              fmt::format("{} was made by an aistack whose state is in {}: it works on {}, or was "
                          "killed",
                          container.name, state, service)};
  error.next = {"wait until that command has ended",
                "if it was killed: aistack status, as the user whose state that is"};
  return error;
}

// One that does not tell, since an older aistack made it, is left to those who have the service.
Result<bool> is_own(const Context& context, const CatalogEntry& entry,
                    const ContainerSummary& container, const Record& record) {
  const auto label = container.labels.find(kStateLabel);
  if (label == container.labels.end()) return record.has_value();
  if (label->second == context.paths.state.string()) return true;
  return of_another(container, entry.name, label->second);
}

// What will be called `name` once the replacement is settled, if it was stopped for that.
const ContainerSummary* stopped_for_it(const Containers& all, const std::string& name) {
  const auto* current = container_named(all, name);
  if (current != nullptr && current->state == ports::ContainerState::running) return nullptr;
  const auto* previous = container_named(all, previous_name(name));
  const auto* kept = previous != nullptr ? previous : current;
  const bool ended = kept != nullptr && kept->state == ports::ContainerState::exited;
  return ended ? kept : nullptr;
}

Task<> start_again(Context& context, const std::string& service, const std::string& name) {
  const auto started = co_await context.engine.start_container(name);
  if (started) co_return ok();
  const auto& error = started.error();
  if (lost_engine(error.code) || error.code == ErrorCode::kInterrupted) co_return error;
  context.progress.note(service, fmt::format("{} does not start: {}", name, error.why));
  co_return ok();
}

Task<bool> clear_trial(Context& context, const CatalogEntry& entry, const std::string& name,
                       const Containers& all, const Record& record) {
  const auto* trial = container_named(all, stage_name(name));
  if (trial == nullptr) co_return false;
  BOOST_OUTCOME_CO_TRY(const bool own, is_own(context, entry, *trial, record));
  if (!own) co_return false;
  BOOST_OUTCOME_CO_TRY(co_await context.engine.remove_container(trial->name, kWithItsVolumes));
  co_return true;
}

Task<bool> settle_replacement(Context& context, const CatalogEntry& entry, const std::string& name,
                              const Containers& all, const Record& record) {
  const auto* maker = witness(all, name);
  if (maker == nullptr) co_return false;
  BOOST_OUTCOME_CO_TRY(const bool own, is_own(context, entry, *maker, record));
  if (!own) co_return false;
  const bool wanted = record && record->wanted == ServiceRecord::Wanted::running;
  const bool start = wanted && stopped_for_it(all, name) != nullptr;
  BOOST_OUTCOME_CO_TRY(co_await settle(context, name, all));
  context.progress.note(entry.name, "finished an interrupted replacement of " + name);
  if (start) {
    BOOST_OUTCOME_CO_TRY(co_await start_again(context, entry.name, name));
  }
  co_return true;
}

}  // namespace

void sign(const Context& context, domain::ContainerSpec& spec) {
  spec.config["Labels"][kStateLabel] = context.paths.state.string();
}

bool leaves_something(const CatalogEntry& entry, const Containers& all) {
  return std::any_of(
      entry.project.services.begin(), entry.project.services.end(), [&](const auto& service) {
        const auto& name = service.container_name;
        return container_named(all, stage_name(name)) != nullptr || witness(all, name) != nullptr;
      });
}

Task<bool> clear_leftovers(Context& context, const CatalogEntry& entry, const Containers& all) {
  if (!leaves_something(entry, all)) co_return false;
  BOOST_OUTCOME_CO_TRY(const auto record, read_record(context.state, entry.name));
  bool found = false;
  for (const auto& service : entry.project.services) {
    const auto& name = service.container_name;
    BOOST_OUTCOME_CO_TRY(const bool trial, co_await clear_trial(context, entry, name, all, record));
    BOOST_OUTCOME_CO_TRY(const bool replacement,
                         co_await settle_replacement(context, entry, name, all, record));
    found = found || trial || replacement;
  }
  co_return found;
}

}  // namespace aistack::operations
