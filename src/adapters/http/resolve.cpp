#include "adapters/http/resolve.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <thread>

namespace aistack::http {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// getaddrinfo cannot be cancelled, and Asio's resolver waits for its thread before the program may
// end. So the thread is left alone with this: whoever ends last, it or the one who waits, frees it.
struct Lookup {
  std::string host;
  std::vector<asio::ip::address> addresses;
  std::string failure;
  std::atomic<bool> done = false;
  int ended = -1;  // an eventfd: the thread touches nothing of the io_context's

  Lookup() = default;
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup() {
    if (ended >= 0) ::close(ended);
  }
};

void look_up(const std::shared_ptr<Lookup>& lookup) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(lookup->host.c_str(), nullptr, &hints, &found);
  if (code != 0) lookup->failure = code == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(code);
  for (const auto* entry = found; entry != nullptr; entry = entry->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    if (entry->ai_addrlen > endpoint.capacity()) continue;
    endpoint.resize(entry->ai_addrlen);
    std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
    lookup->addresses.push_back(endpoint.address());
  }
  if (found != nullptr) ::freeaddrinfo(found);
  lookup->done.store(true, std::memory_order_release);
  static_cast<void>(::eventfd_write(lookup->ended, 1));
}

}  // namespace

Wire<std::vector<asio::ip::address>> resolve(asio::any_io_executor executor, std::string host,
                                             Deadline deadline) {
  co_await asio::this_coro::throw_if_cancelled(false);
  error_code error;
  const auto literal = asio::ip::make_address(host, error);
  if (!error) co_return std::vector{literal};

  const auto lookup = std::make_shared<Lookup>();
  lookup->host = host;
  lookup->ended = ::eventfd(0, EFD_CLOEXEC);
  const int watched = lookup->ended < 0 ? -1 : ::fcntl(lookup->ended, F_DUPFD_CLOEXEC, 0);
  if (watched < 0) co_return Failure{Failure::Kind::connect, errno, "cannot look up " + host};
  asio::posix::stream_descriptor ended{executor, watched};
  try {
    std::thread{look_up, lookup}.detach();
  } catch (const std::system_error& no_thread) {
    co_return Failure{Failure::Kind::connect, no_thread.code().value(), "cannot look up " + host};
  }
  // One wait, which the answer cuts short.
  const auto timer = std::make_shared<asio::steady_timer>(executor, deadline);
  ended.async_wait(asio::posix::stream_descriptor::wait_read, [timer](const error_code& failed) {
    if (!failed) timer->cancel();
  });
  error_code waited;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, waited));
  if (!lookup->done.load(std::memory_order_acquire)) {
    if (waited) co_return Failure{Failure::Kind::interrupted, 0, "interrupted"};
    co_return Failure{Failure::Kind::timeout, 0, "looking up " + host + " took too long"};
  }
  if (lookup->addresses.empty())
    co_return Failure{Failure::Kind::connect, EHOSTUNREACH,
                      "cannot look up " + host + ": " + lookup->failure};
  co_return lookup->addresses;
}

}  // namespace aistack::http
