#include "operations/stack.hpp"

#include <algorithm>

#include "operations/labels.hpp"
#include "operations/swap.hpp"

namespace aistack::operations {

ServiceState state_of(ports::ContainerState state) {
  switch (state) {
    case ports::ContainerState::created:
      return ServiceState::created;
    case ports::ContainerState::running:
    case ports::ContainerState::paused:
      return ServiceState::running;
    case ports::ContainerState::restarting:
      return ServiceState::restarting;
    case ports::ContainerState::removing:
    case ports::ContainerState::exited:
    case ports::ContainerState::dead:
      break;
  }
  return ServiceState::stopped;
}

std::string_view to_string(ServiceState state) {
  switch (state) {
    case ServiceState::not_installed:
      return "not-installed";
    case ServiceState::created:
      return "created";
    case ServiceState::running:
      return "running";
    case ServiceState::restarting:
      return "restarting";
    case ServiceState::stopped:
      return "stopped";
    case ServiceState::missing:
      return "missing";
  }
  return "missing";
}

bool is_up(ports::ContainerState state) {
  return state == ports::ContainerState::running || state == ports::ContainerState::restarting ||
         state == ports::ContainerState::paused;
}

const ports::ContainerSummary* container_named(const std::vector<ports::ContainerSummary>& all,
                                               const std::string& name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const ContainerView& ServiceView::main() const {
  const auto found = std::find_if(containers.begin(), containers.end(), [&](const auto& view) {
    return view.service->name == entry->spec().main;
  });
  return found == containers.end() ? containers.front() : *found;
}

bool ServiceView::has_container() const {
  return std::any_of(containers.begin(), containers.end(),
                     [](const auto& view) { return view.container.has_value(); });
}

ServiceState ServiceView::state() const {
  if (!installed()) return ServiceState::not_installed;
  const auto& container = main().container;
  return container ? state_of(container->state) : ServiceState::missing;
}

ServiceView containers_of(const CatalogEntry& entry,
                          const std::vector<ports::ContainerSummary>& all) {
  ServiceView view{.entry = &entry};
  for (const auto& service : entry.project.services) {
    ContainerView found{.service = &service};
    for (const auto& container : all) {
      if (is_swap_name(container.name) || !belongs_to(container.labels, entry.project, service))
        continue;
      found.container = container;
      break;
    }
    view.containers.push_back(std::move(found));
  }
  return view;
}

Result<ServiceView> view_of(Context& context, const CatalogEntry& entry,
                            const std::vector<ports::ContainerSummary>& all) {
  auto view = containers_of(entry, all);
  BOOST_OUTCOME_TRY(view.record, read_record(context.state, entry.name));
  return view;
}

Task<ServiceView> view_now(Context& context, const CatalogEntry& entry) {
  const ports::ContainerQuery query{.all = true, .labels = {{kComposeProject, entry.project.name}}};
  BOOST_OUTCOME_CO_TRY(const auto containers, co_await context.engine.list_containers(query));
  co_return view_of(context, entry, containers);
}

Error not_installed(const std::string& service) {
  Error error{ErrorCode::kNotFound, "it has no container and no record of an installation"};
  error.what = service + " is not installed";
  error.state = kNothingChanged;
  error.next = {"aistack install " + service};
  return error;
}

}  // namespace aistack::operations
