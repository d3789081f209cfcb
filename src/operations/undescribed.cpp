#include "operations/undescribed.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "operations/by_label.hpp"
#include "operations/labels.hpp"
#include "operations/recover.hpp"
#include "operations/service_record.hpp"

namespace aistack::operations {
namespace {

bool is_described(const Catalog& catalog, const std::string& service) {
  return std::any_of(catalog.entries().begin(), catalog.entries().end(),
                     [&](const auto& entry) { return entry.name == service; });
}

// The first mistake is enough here: a note of `status` has them all.
std::string reason(const Catalog& catalog, const std::string& service) {
  for (const auto& broken : catalog.broken())
    if (broken.name == service)
      return "its file cannot be used: " + split(broken.error.why, '\n').front();
  return "no file of the catalog describes it any more";
}

// The one that runs, if its service has several.
const ports::ContainerSummary* container_of(const Catalog& catalog,
                                            const std::vector<ports::ContainerSummary>& all,
                                            const std::string& service) {
  const ports::ContainerSummary* found = nullptr;
  for (const auto& container : all) {
    if (!tells_of(catalog, service, container.labels) || container.labels.contains(kStageLabel))
      continue;
    if (found == nullptr || container.state == ports::ContainerState::running) found = &container;
  }
  return found;
}

}  // namespace

Result<std::vector<ServiceStatus>> undescribed_services(
    Context& context, const std::vector<ports::ContainerSummary>& containers) {
  std::vector<ServiceStatus> found;
  BOOST_OUTCOME_TRY(const auto services, recorded_services(context.state));
  for (const auto& service : services) {
    if (is_described(context.catalog, service)) continue;
    const auto read = read_record(context.state, service);
    if (!read && !is_damaged(read.error())) return read.error();
    if (read && !read.value()) continue;  // gone meanwhile
    const bool wanted_stopped = read && read.value()->wanted == ServiceRecord::Wanted::stopped;
    ServiceStatus status{.name = service, .state = ServiceState::missing};
    if (const auto* container = container_of(context.catalog, containers, service)) {
      status.state = state_of(container->state);
      status.container = container->name;
      status.image = shown_image(*container);
      status.created = container->created;
    }
    const bool running = status.state == ServiceState::running;
    const bool stopped = !running && wanted_stopped;
    status.seen.installed = true;
    status.seen.wanted_stopped = wanted_stopped;
    status.verdict.health = stopped   ? domain::Health::none
                            : running ? domain::Health::yellow
                                      : domain::Health::red;
    status.verdict.reason = read ? reason(context.catalog, service) : in_one_line(read.error());
    found.push_back(std::move(status));
  }
  return found;
}

}  // namespace aistack::operations
