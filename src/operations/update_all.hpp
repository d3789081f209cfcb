#pragma once

#include <vector>

#include "operations/update.hpp"

namespace aistack::operations {

struct UpdateResult {
  std::string service;
  Result<UpdateReport> result;
};

// Updates every installed service, one after the other in the catalog's order. One failure does
// not stop the others; Ctrl-C does. Pinned: kConflict, nothing is done.
Task<std::vector<UpdateResult>> update_all(Context& context, CheckOnly check);

}  // namespace aistack::operations
