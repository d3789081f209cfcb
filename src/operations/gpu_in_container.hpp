#pragma once

#include "operations/stack.hpp"

namespace aistack::operations {

// Has a running container that was given a GPU lost it? After suspend and resume, and after a
// `systemctl daemon-reload`, one can: everything looks healthy from outside, and models run on the
// CPU. Asks `nvidia-smi -L` inside, which NVIDIA's toolkit puts there. False where it cannot be
// asked: no GPU was given, or there is no such program.
boost::asio::awaitable<bool> gpu_is_lost(Context& context, const ServiceView& view);

}  // namespace aistack::operations
