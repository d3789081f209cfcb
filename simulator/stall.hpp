#pragma once

namespace simulator {

// A relay that forwards connections from `port` to 127.0.0.1:`target` and falls silent, with the
// connection open, once it has sent `limit` bytes back in one of them: a registry that stops
// half-way through a layer. Serves until it is killed.
int stall_proxy(int port, int target, long limit);

}  // namespace simulator
