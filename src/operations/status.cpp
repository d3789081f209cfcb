#include "operations/status.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "operations/labels.hpp"
#include "operations/recover.hpp"
#include "operations/undescribed.hpp"

namespace aistack::operations {
namespace {

ServiceStatus status_of(const ServiceView& view, const ServiceHealth& health) {
  ServiceStatus status{.name = view.entry->name,
                       .title = view.entry->spec().title,
                       .state = view.state(),
                       .verdict = health.verdict,
                       .seen = health.seen};
  for (const auto& part : view.containers) {
    if (!part.container) continue;
    const auto& ports = part.container->ports;
    std::copy_if(ports.begin(), ports.end(), std::back_inserter(status.ports),
                 [](const auto& port) { return port.host_port != 0; });
    const auto gpu = part.container->labels.find(kGpuLabel);
    status.gpu_dropped |= gpu != part.container->labels.end() && gpu->second == "dropped";
  }
  if (const auto& main = view.main().container) {
    status.container = main->name;
    status.image = shown_image(*main);
    status.created = main->created;
  }
  return status;
}

Result<std::optional<GpuLockStatus>> gpu_lock(const ports::StateStore& store,
                                              const std::optional<nlohmann::json>& document) {
  if (!document) return std::optional<GpuLockStatus>{};
  const auto holder = document->find("holder");
  if (holder == document->end() || !holder->is_string()) {
    Error error{ErrorCode::kCorruptState, store.path("gpu_lock.json") + ": no \"holder\""};
    error.next = {"rm " + store.path("gpu_lock.json")};
    return error;
  }
  GpuLockStatus status{.holder = holder->get<std::string>()};
  const auto pid = document->find("pid");
  if (pid != document->end() && pid->is_number_integer()) status.pid = pid->get<std::int64_t>();
  const auto since = document->find("since");
  if (since != document->end() && since->is_string())
    status.since = parse_iso8601(since->get<std::string>());
  return std::optional{status};
}

}  // namespace

bool StatusReport::all_green() const {
  return std::all_of(services.begin(), services.end(), [](const auto& service) {
    return service.verdict.health == domain::Health::green ||
           service.verdict.health == domain::Health::none;
  });
}

Task<StatusReport> status(Context& context, Look look) {
  StatusReport report;
  for (const auto& broken : context.catalog.broken())
    for (const auto& line : split(broken.error.why, '\n'))
      report.notes.push_back(fmt::format("{} cannot be used: {}", broken.name, line));
  BOOST_OUTCOME_CO_TRY(auto recovered, co_await recover_all(context));
  std::move(recovered.notes.begin(), recovered.notes.end(), std::back_inserter(report.notes));
  const auto& containers = recovered.containers;
  std::vector<ServiceView> views;
  for (const auto& entry : context.catalog.entries()) {
    auto view = view_of(context, entry, containers);
    if (!view && !is_damaged(view.error())) co_return view.error();
    if (!view) {
      report.notes.push_back(in_one_line(view.error()));
      view = containers_of(entry, containers);
    }
    if (view.value().installed()) views.push_back(std::move(view).value());
  }
  const auto health = co_await observe_all(context, views, look);
  for (std::size_t i = 0; i < views.size(); ++i)
    report.services.push_back(status_of(views[i], health[i]));
  BOOST_OUTCOME_CO_TRY(auto others, undescribed_services(context, containers));
  std::move(others.begin(), others.end(), std::back_inserter(report.services));
  std::sort(report.services.begin(), report.services.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  BOOST_OUTCOME_CO_TRY(const auto document, context.state.read("gpu_lock.json"));
  BOOST_OUTCOME_CO_TRY(report.gpu_lock, gpu_lock(context.state, document));
  co_return report;
}

}  // namespace aistack::operations
