#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "ports/http_client.hpp"

namespace aistack::http {

// The HttpClient of the product: plain HTTP/1.1 over TCP. Connects nothing when it is made.
std::unique_ptr<ports::HttpClient> make_http_client(boost::asio::any_io_executor executor);

}  // namespace aistack::http
