#include "support/socket_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace aistack::testing {
namespace {

// The value of a header in a head, 0 if absent.
std::size_t content_length(const std::string& head) {
  const auto at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

bool receive(int descriptor, std::string& into) {
  char bytes[4096];
  const auto count = ::recv(descriptor, bytes, sizeof bytes, 0);
  if (count <= 0) return false;
  into.append(bytes, static_cast<std::size_t>(count));
  return true;
}

// Reads one request, takes it off `buffer`; false: the client is gone.
bool read_request(int descriptor, bool with_body, std::string& buffer,
                  SocketServer::Request& request) {
  std::size_t end = 0;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos)
    if (!receive(descriptor, buffer)) return false;
  const auto head = buffer.substr(0, end);
  buffer.erase(0, end + 4);
  request.method = head.substr(0, head.find(' '));
  const auto target = head.substr(request.method.size() + 1);
  request.target = target.substr(0, target.find(' '));
  if (head.find("Transfer-Encoding: chunked") != std::string::npos) {
    if (!with_body) return true;
    while ((end = buffer.find("0\r\n\r\n")) == std::string::npos)
      if (!receive(descriptor, buffer)) return false;
    request.body = buffer.substr(0, end);  // with its framing: no test looks inside
    buffer.erase(0, end + 5);
    return true;
  }
  const auto length = content_length(head);
  while (buffer.size() < length)
    if (!receive(descriptor, buffer)) return false;
  request.body = buffer.substr(0, length);
  buffer.erase(0, length);
  return true;
}

}  // namespace

SocketServer::SocketServer(Handler handler, Kind kind) : handler_(std::move(handler)) {
  if (kind == Kind::tcp)
    listen_at_port();
  else
    listen_at_path();
  acceptor_ = std::thread([this] { accept_all(); });
}

void SocketServer::listen_at_path() {
  directory_ = std::make_unique<TemporaryDirectory>();
  path_ = *directory_ / "server.sock";
  sockaddr_un address{};
  if (path_.size() >= sizeof(address.sun_path)) throw std::runtime_error(path_ + " is too long");
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 16) != 0)
    throw std::runtime_error("cannot listen at " + path_);
}

void SocketServer::listen_at_port() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, generic, &size) != 0)
    throw std::runtime_error("cannot listen at 127.0.0.1");
  port_ = ::ntohs(address.sin_port);
}

SocketServer::~SocketServer() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  drop_connections();
  for (auto& thread : threads_) thread.join();
  ::close(listener_);
}

void SocketServer::accept_all() {
  while (!stopping_) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) continue;
    ++connections_;
    const std::lock_guard guard(mutex_);
    open_.push_back(descriptor);
    threads_.emplace_back([this, descriptor] { serve(descriptor); });
  }
}

void SocketServer::drop_connections() {
  const std::lock_guard guard(mutex_);
  for (const int descriptor : open_) ::shutdown(descriptor, SHUT_RDWR);
}

bool SocketServer::send_all(int descriptor, const std::string& bytes) const {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto count = ::send(descriptor, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

void SocketServer::serve(int descriptor) {
  std::string buffer;
  Request request;
  while (read_request(descriptor, reads_bodies_, buffer, request)) {
    {
      const std::lock_guard guard(mutex_);
      request.number = ++requests_;
    }
    const auto answer = handler_(request);
    if (!send_all(descriptor, answer.bytes)) break;
    if (answer.then == Answer::Then::close) break;
    if (answer.then == Answer::Then::close_late) {
      receive(descriptor, buffer);
      break;
    }
    const auto& again = answer.again.empty() ? answer.bytes : answer.again;
    while (answer.then == Answer::Then::repeat && send_all(descriptor, again)) {
    }
    if (answer.then == Answer::Then::repeat) break;
    if (answer.then != Answer::Then::hold) continue;
    // Until the client goes, or the server does.
    pollfd gone{descriptor, POLLRDHUP, 0};
    while (!stopping_ && ::poll(&gone, 1, 20) == 0) {
    }
    break;
  }
  const std::lock_guard guard(mutex_);
  open_.remove(descriptor);
  ::close(descriptor);
}

std::string http_answer(int status, const std::string& body, const std::string& content_type) {
  return fmt::format("HTTP/1.1 {} X\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n{}", status,
                     content_type, body.size(), body);
}

std::string version_document(const std::string& newest, const std::string& oldest) {
  return fmt::format(
      R"({{"Version":"20.10.24","ApiVersion":"{}","MinAPIVersion":"{}","Os":"linux","Arch":"amd64"}})",
      newest, oldest);
}

std::string pong(const std::string& newest) {
  return fmt::format("HTTP/1.1 200 OK\r\nApi-Version: {}\r\nContent-Length: 2\r\n\r\nOK", newest);
}

std::size_t open_descriptors() {
  const auto entries = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace aistack::testing
