#include "operations/by_label.hpp"

#include <algorithm>

#include "operations/labels.hpp"
#include "operations/service_record.hpp"

namespace aistack::operations {

Result<> require_known(const Context& context, const std::string& service) {
  const auto found = context.catalog.find(service);
  if (found) return ok();
  BOOST_OUTCOME_TRY(const auto recorded, recorded_services(context.state));
  const bool installed = std::find(recorded.begin(), recorded.end(), service) != recorded.end();
  if (installed) return ok();
  return found.error();
}

Task<std::vector<ports::ContainerSummary>> labelled_containers(Context& context,
                                                               std::string service) {
  const ports::ContainerQuery query{.all = true, .labels = {{kServiceLabel, service}}};
  BOOST_OUTCOME_CO_TRY(auto containers, co_await context.engine.list_containers(query));
  std::sort(containers.begin(), containers.end(),
            [](const auto& a, const auto& b) { return a.created > b.created; });
  co_return containers;
}

}  // namespace aistack::operations
