#include "operations/update_all.hpp"

#include <algorithm>

#include "base/when_all.hpp"
#include "operations/recover.hpp"
#include "operations/stack.hpp"

namespace aistack::operations {
namespace {

// In the order in which they are updated. One whose record cannot be read counts: its update says
// so.
std::vector<std::string> installed_services(Context& context,
                                            const std::vector<ports::ContainerSummary>& all) {
  std::vector<std::pair<int, std::string>> found;
  for (const auto& entry : context.catalog.entries()) {
    const auto view = view_of(context, entry, all);
    if (!view || view.value().installed())
      found.emplace_back(entry.spec().update_order, entry.name);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> services;
  for (auto& [order, service] : found) services.push_back(std::move(service));
  return services;
}

// An update that was killed is settled first: between its two renames a service has no container
// of its own name. Where that fails, the service's own update says why.
Task<std::vector<ports::ContainerSummary>> settled_containers(Context& context) {
  auto settled = co_await recover_all(context);
  // What could not be recovered is that service's failure, once its turn comes.
  if (settled) co_return std::move(settled.value().containers);
  co_return co_await context.engine.list_containers({});
}

Error not_reached(const std::string& service) {
  Error error{ErrorCode::kInterrupted, "interrupted before its turn came"};
  error.what = "cannot update " + service;
  return unchanged(std::move(error));
}

}  // namespace

Task<> update_all(Context& context, CheckOnly check, std::function<void(UpdateResult)> ended) {
  BOOST_OUTCOME_CO_TRY(const auto containers, co_await settled_containers(context));
  const auto services = installed_services(context, containers);
  for (const auto& service : services) {
    const auto interrupted = co_await check_interrupted();
    if (!interrupted) {
      ended({service, not_reached(service)});
      continue;
    }
    auto result = co_await update(context, service, check);
    ended({service, std::move(result)});
  }
  co_return ok();
}

}  // namespace aistack::operations
