#include "operations/update_journal.hpp"

#include <fmt/format.h>

#include "operations/service_record.hpp"

namespace aistack::operations {
namespace {

constexpr std::string_view kSuffix = "_update_plan.json";

std::string document_name(const std::string& service) {
  return service + std::string{kSuffix};
}

}  // namespace

Result<> UpdateJournal::save() {
  return context_->state.write(document_name(plan_.service), domain::to_json(plan_));
}

Task<> UpdateJournal::step(std::string name, Task<> action) {
  plan_.steps.push_back({.name = name, .begun = context_->clock.now()});
  const auto index = plan_.steps.size() - 1;
  BOOST_OUTCOME_CO_TRY(save());
  context_->progress.step(plan_.service, name);
  const auto result = co_await std::move(action);
  auto& step = plan_.steps[index];
  step.ended = context_->clock.now();
  step.result = result ? "ok" : result.error().why;
  const auto saved = save();
  if (!result) co_return result.error();
  co_return saved;
}

Result<> UpdateJournal::close(domain::UpdatePlan::Status status) {
  plan_.status = status;
  plan_.ended = context_->clock.now();
  return save();
}

Result<std::optional<domain::UpdatePlan>> read_plan(Context& context, const std::string& service) {
  const auto name = document_name(service);
  BOOST_OUTCOME_TRY(const auto document, context.state.read(name));
  if (!document) return std::optional<domain::UpdatePlan>{};
  auto plan = domain::update_plan_from_json(*document);
  if (plan) return std::optional{std::move(plan).value()};
  auto error = std::move(plan).error();
  error.why = fmt::format("{}: {}", context.state.path(name), error.why);
  error.next = {fmt::format("rm {}   (an update that was under way is then not finished)",
                            context.state.path(name))};
  return error;
}

Result<std::vector<std::string>> planned_services(Context& context) {
  return services_with(context.state, kSuffix);
}

Result<> remove_plan(Context& context, const std::string& service) {
  return context.state.remove(document_name(service));
}

}  // namespace aistack::operations
