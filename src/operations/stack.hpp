#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/context.hpp"
#include "operations/service_record.hpp"

namespace aistack::operations {

// `missing`: installed, but the container is gone.
enum class ServiceState { not_installed, created, running, restarting, stopped, missing };
std::string_view to_string(ServiceState state);
// `stopped` for whatever does not run and is not about to.
ServiceState state_of(ports::ContainerState state);

// Does a container in this state run, or will it by itself? A paused one holds its ports and its
// memory: whoever replaces it must stop it.
bool is_up(ports::ContainerState state);

// A service's containers as the engine shows them now.
struct ContainerView {
  const compose::ComposeService* service = nullptr;
  std::optional<ports::ContainerSummary> container;
};

// The one of that name; null if there is none.
const ports::ContainerSummary* container_named(const std::vector<ports::ContainerSummary>& all,
                                               const std::string& name);

struct ServiceView {
  const CatalogEntry* entry = nullptr;
  std::optional<ServiceRecord> record;
  std::vector<ContainerView> containers;  // in the order in which they start

  const ContainerView& main() const;
  bool has_container() const;
  bool installed() const { return record.has_value() || has_container(); }
  bool wanted_stopped() const { return record && record->wanted == ServiceRecord::Wanted::stopped; }
  ServiceState state() const;
};

// Finds a service's containers among all of the engine's.
Result<ServiceView> view_of(Context& context, const CatalogEntry& entry,
                            const std::vector<ports::ContainerSummary>& all);

// The same from a fresh list, of this service's containers only.
Task<ServiceView> view_now(Context& context, const CatalogEntry& entry);

// The same without what aistack remembers of the service.
ServiceView containers_of(const CatalogEntry& entry,
                          const std::vector<ports::ContainerSummary>& all);

// What to say where the service must be installed and is not: kNotFound, nothing was changed.
Error not_installed(const std::string& service);

}  // namespace aistack::operations
