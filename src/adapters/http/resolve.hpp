#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <string>
#include <vector>

#include "adapters/http/connection.hpp"

namespace aistack::http {

// The addresses of `host`: itself if it is one, else by the system's resolver, which works in a
// thread of its own that exists only if a name has to be looked up. Failure::connect with
// EHOSTUNREACH if there is none.
Wire<std::vector<boost::asio::ip::address>> resolve(boost::asio::any_io_executor executor,
                                                    std::string host, Deadline deadline);

}  // namespace aistack::http
