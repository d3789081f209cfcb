#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <filesystem>
#include <memory>

#include "ports/background.hpp"

namespace aistack::adapters::posix {

// The real machine, with the state documents below `state`.
std::unique_ptr<ports::Background> make_background(boost::asio::any_io_executor executor,
                                                   std::filesystem::path state);

}  // namespace aistack::adapters::posix
