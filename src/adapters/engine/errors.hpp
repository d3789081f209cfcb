#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "adapters/http/failure.hpp"
#include "base/error.hpp"

// What engines say when something goes wrong, as ErrorCodes.
namespace aistack::engine {

// Which call was answered with an error: the same sentence means different things to different
// ones.
enum class Call {
  other,
  create_container,
  start_container,
  remove_container,
  rename_container,
  pull_image,
  remove_image,
  create_network,
  remove_network,
  connect_network,
  create_volume,
  remove_volume,
};

// `message`: the engine's sentence. It becomes `why`, made printable.
Error engine_error(Call call, int status, std::string_view message);

// kNotFound, as the engine says it, where it is not asked: a name that no container can have.
Error no_container(std::string_view name);

// The sentence in an error's body: `message` of its JSON, else the body itself.
std::string message_in(std::string_view body);

// An exchange that failed below HTTP. `why` names the endpoint and, of a timeout, how long was
// `allowed`.
Error transport_error(const http::Failure& failure, std::string_view endpoint,
                      std::chrono::milliseconds allowed);

}  // namespace aistack::engine
