#pragma once

#include <filesystem>
#include <memory>

#include "ports/clock.hpp"
#include "ports/service_locks.hpp"

namespace aistack::adapters::posix {

// flock on `directory`/SERVICE.lock, which holds {"pid", "operation", "since"} while it is locked.
// The files stay (removing one would let two processes lock two files of one name); one that was
// removed from outside is noticed. `clock` must outlive the locks.
std::unique_ptr<ports::ServiceLocks> make_service_locks(std::filesystem::path directory,
                                                        ports::Clock& clock);

}  // namespace aistack::adapters::posix
