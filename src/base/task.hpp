#pragma once

#include <boost/asio/awaitable.hpp>

#include "base/result.hpp"

namespace aistack {

// Everything that waits. A Task starts when it is awaited, on the one thread that runs the
// io_context. Cancellation (Ctrl-C, or the losing side of `a || b`) reaches the innermost wait;
// adapters turn it into ErrorCode::kInterrupted, so that callers see a Result in every case.
//
// Three rules keep g++ 12 correct (its coroutines copy some temporaries bitwise, and then destroy
// them twice): give every argument of a `co_await f(…)` that is built from braces a name first;
// where a parameter is a std::function, pass a named std::function and not a lambda; and never put
// a `co_await` into a ?: or into a braced initialiser.
template <class T = void>
using Task = boost::asio::awaitable<Result<T>>;

}  // namespace aistack
