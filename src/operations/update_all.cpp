#include "operations/update_all.hpp"

#include <algorithm>

#include "base/when_all.hpp"
#include "operations/stack.hpp"

namespace aistack::operations {

Task<std::vector<UpdateResult>> update_all(Context& context, CheckOnly check) {
  BOOST_OUTCOME_CO_TRY(const auto containers, co_await context.engine.list_containers({}));
  std::vector<std::pair<int, std::string>> installed;
  for (const auto& entry : context.catalog.entries()) {
    BOOST_OUTCOME_CO_TRY(const auto view, view_of(context, entry, containers));
    if (view.has_container()) installed.emplace_back(entry.spec().update_order, entry.name);
  }
  std::sort(installed.begin(), installed.end());
  std::vector<UpdateResult> results;
  for (const auto& [order, service] : installed) {
    BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
    auto result = co_await update(context, service, check);
    results.push_back({service, std::move(result)});
  }
  co_return results;
}

}  // namespace aistack::operations
