#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "adapters/posix/line_appender.hpp"
#include "ports/program_log.hpp"

namespace aistack::adapters::posix {

std::unique_ptr<ports::ProgramLog> make_program_log(std::filesystem::path file,
                                                    domain::LogFormat format, Missing missing);

// Looks in /etc/passwd alone: a name service on the network may be what is broken today.
ports::Caller find_caller(const std::map<std::string, std::string>& environment);

}  // namespace aistack::adapters::posix
