#pragma once

#include <chrono>

#include "operations/context.hpp"

namespace aistack::operations {

// Watches a green service for a while: it must not end or be restarted by the engine, and must be
// green at the end. kNotHealthy with what was seen.
Task<> soak(Context& context, const CatalogEntry& entry, std::chrono::seconds duration);

}  // namespace aistack::operations
