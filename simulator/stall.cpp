#include "stall.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "http.hpp"

namespace simulator {
namespace {

sockaddr_in local(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// False: one side has closed.
bool copy_once(int from, int to, ssize_t& count) {
  char buffer[16384];
  count = ::read(from, buffer, sizeof buffer);
  return count > 0 && ::send(to, buffer, static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
}

void relay(int client, int target, long limit) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = local(target);
  long sent = 0;
  ssize_t count = 0;
  bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  while (open) {
    const bool stalled = sent >= limit;
    pollfd ends[] = {{client, POLLIN, 0}, {server, static_cast<short>(stalled ? 0 : POLLIN), 0}};
    ::poll(ends, 2, -1);
    if (ends[0].revents != 0) open = copy_once(client, server, count);
    if (open && !stalled && ends[1].revents != 0) {
      open = copy_once(server, client, count);
      sent += count;
    }
  }
  ::close(server);
  ::close(client);
}

}  // namespace

int stall_proxy(int port, int target, long limit) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = local(port);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 64) != 0) {
    log("cannot listen on port " + std::to_string(port));
    return 1;
  }
  log("stall proxy (simulator): 127.0.0.1:" + std::to_string(port) +
      " to :" + std::to_string(target) + ", silent after " + std::to_string(limit) + " bytes");
  for (;;) {
    const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) std::thread(relay, client, target, limit).detach();
  }
}

}  // namespace simulator
