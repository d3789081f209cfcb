#pragma once

#include <filesystem>
#include <memory>

#include "ports/event_log.hpp"

namespace aistack::adapters::posix {

// `file` and its directory are made at the first append (0640 and 0755).
std::unique_ptr<ports::EventLog> make_event_log(std::filesystem::path file);

}  // namespace aistack::adapters::posix
