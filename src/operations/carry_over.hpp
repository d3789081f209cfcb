#pragma once

#include <string>

#include "operations/context.hpp"

namespace aistack::operations {

// Adds to `spec` the anonymous volumes of `old_container` at places that `spec` mounts nothing at:
// an image's VOLUME that the file gives no name holds data too, which a new container would
// otherwise not see. Docker Compose does the same. No such container: ok.
Task<> carry_anonymous_volumes(Context& context, std::string old_container,
                               domain::ContainerSpec& spec);

}  // namespace aistack::operations
