#pragma once

#include <optional>
#include <string>

#include "operations/images.hpp"
#include "operations/stack.hpp"

namespace aistack::operations {

// A version that the file (or versions.lock) still names although its last update came to nothing
// or was rolled back by hand, and what runs instead.
struct HeldBack {
  std::string version;
  std::string why;  // "did not get through its update", "was rolled back"
  ImageChoice instead;
};

// Only another update may put such a version in: it is tried first and can be undone, which a mere
// start cannot. Absent: nothing is to be held back, as for a service that was installed anew since
// then. kCorruptState: the plan cannot be read.
Result<std::optional<HeldBack>> held_back(Context& context, const ServiceView& view,
                                          const compose::ComposeService& service);

}  // namespace aistack::operations
