#pragma once

#include <functional>

#include "operations/update.hpp"

namespace aistack::operations {

struct UpdateResult {
  std::string service;
  Result<UpdateReport> result;
};

// Updates every installed service, one after the other in the catalog's order, and tells `ended` of
// each. One failure does not stop the others; after Ctrl-C each of those that are left has
// kInterrupted as its result. An Error: the engine cannot even say what is installed.
Task<> update_all(Context& context, CheckOnly check, std::function<void(UpdateResult)> ended);

}  // namespace aistack::operations
