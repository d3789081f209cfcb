#include "adapters/http/resolve.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

namespace aistack::http {
namespace asio = boost::asio;
using boost::system::error_code;

Wire<std::vector<asio::ip::address>> resolve(asio::any_io_executor executor, std::string host,
                                             Deadline deadline) {
  co_await asio::this_coro::throw_if_cancelled(false);
  std::vector<asio::ip::address> addresses;
  error_code error;
  const auto literal = asio::ip::make_address(host, error);
  if (!error) {
    addresses.push_back(literal);
    co_return addresses;
  }

  // getaddrinfo cannot be cancelled, so the task waits on a timer that the answer cuts short.
  struct Answer {
    std::optional<error_code> error;
    asio::ip::tcp::resolver::results_type results;
  };
  auto answer = std::make_shared<Answer>();
  auto timer = std::make_shared<asio::steady_timer>(executor, deadline);
  asio::ip::tcp::resolver resolver(executor);
  resolver.async_resolve(host, "", [answer, timer](const error_code& failed, auto results) {
    answer->error = failed;
    answer->results = std::move(results);
    timer->cancel();
  });
  if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
    resolver.cancel();
    co_return Failure{Failure::Kind::interrupted, 0, "interrupted"};
  }
  error_code waited;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, waited));
  resolver.cancel();
  if (!answer->error) {
    if (waited) co_return Failure{Failure::Kind::interrupted, 0, "interrupted"};
    co_return Failure{Failure::Kind::timeout, 0, "looking up " + host + " took too long"};
  }
  if (*answer->error)
    co_return Failure{Failure::Kind::connect, EHOSTUNREACH,
                      "cannot look up " + host + ": " + answer->error->message()};
  for (const auto& entry : answer->results) addresses.push_back(entry.endpoint().address());
  co_return addresses;
}

}  // namespace aistack::http
