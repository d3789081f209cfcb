#pragma once

#include <chrono>
#include <optional>

#include "operations/context.hpp"

namespace aistack::operations {

// Waits until what `service` depends on within its file is as depends_on asks: started, healthy by
// the image's own healthcheck, or completed with exit code 0. kNotHealthy names the one that is
// not, or not within `timeout` (absent: the catalog's start-up time). A dependency that is not
// `required` never fails.
Task<> wait_for_dependencies(Context& context, const CatalogEntry& entry,
                             const compose::ComposeService& service,
                             std::optional<std::chrono::nanoseconds> timeout);

}  // namespace aistack::operations
