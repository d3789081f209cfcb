#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/context.hpp"
#include "operations/status.hpp"

namespace aistack::operations {

// The services that are installed and that the catalog does not describe: their file cannot be
// used, or is gone. What is known of them comes from their records and their containers' labels, so
// that no typing error makes a service vanish from what an administrator, or a monitor, looks at.
// They are red, or yellow while they run; `-` when they were stopped on purpose. A damaged record
// is a reason to show. kIo, kPermission: of the state directory.
Result<std::vector<ServiceStatus>> undescribed_services(
    Context& context, const std::vector<ports::ContainerSummary>& containers);

}  // namespace aistack::operations
