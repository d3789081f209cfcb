#include "http.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cctype>
#include <chrono>
#include <cstring>
#include <sstream>
#include <thread>

namespace simulator {
namespace {

constexpr std::size_t kMaxRequest = 1 << 20;

const char* reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 400:
      return "Bad Request";
    default:
      return "Internal Server Error";
  }
}

std::string header_value(const std::string& head, const std::string& lower_name) {
  std::istringstream lines(head);
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string name = line.substr(0, colon);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (name != lower_name) continue;
    const auto first = line.find_first_not_of(" \t", colon + 1);
    const auto last = line.find_last_not_of(" \t\r");
    return first == std::string::npos ? "" : line.substr(first, last - first + 1);
  }
  return "";
}

// False: the client went away or sent no HTTP.
bool read_request(int socket, Request& request) {
  std::string data;
  std::size_t head_end = std::string::npos;
  std::size_t wanted = 0;
  while (head_end == std::string::npos || data.size() < wanted) {
    char buffer[8192];
    const ssize_t count = ::read(socket, buffer, sizeof buffer);
    if (count <= 0 || data.size() > kMaxRequest) return false;
    data.append(buffer, static_cast<std::size_t>(count));
    if (head_end != std::string::npos) continue;
    head_end = data.find("\r\n\r\n");
    if (head_end == std::string::npos) continue;
    const std::string length = header_value(data.substr(0, head_end), "content-length");
    wanted = head_end + 4 + std::strtoul(length.c_str(), nullptr, 10);
  }
  std::string target;
  std::istringstream(data.substr(0, head_end)) >> request.method >> target;
  request.path = target.substr(0, target.find('?'));
  request.authorization = header_value(data.substr(0, head_end), "authorization");
  request.body = nlohmann::json::parse(data.substr(head_end + 4), nullptr, false);
  if (request.body.is_discarded()) request.body = nullptr;
  return true;
}

void serve_one(int socket, const Settings& settings, const Handler& handler) {
  Request request;
  Reply reply(socket);
  if (read_request(socket, request)) {
    while (settings.has("hang")) sleep_seconds(3600);
    sleep_seconds(settings.number("slow", 0) / 1000);
    if (settings.has("500")) {
      reply.text(500, "simulated failure\n");
    } else {
      handler(request, reply);
    }
    log(request.method + " " + request.path + " " + std::to_string(reply.status()));
  }
  ::close(socket);
}

sockaddr_in address_of(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

}  // namespace

void log(const std::string& line) {
  const std::string text = line + "\n";
  [[maybe_unused]] const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
}

void sleep_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

bool Reply::write(const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::send(socket_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

void Reply::json(int status, const nlohmann::json& body) {
  text(status, body.dump(), "application/json");
}

void Reply::text(int status, const std::string& body, const std::string& type) {
  status_ = status;
  write("HTTP/1.1 " + std::to_string(status) + " " + reason(status) + "\r\nContent-Type: " + type +
        "\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\nServer: aistack-simulator\r\nConnection: close\r\n\r\n" + body);
}

void Reply::begin_stream(const std::string& type) {
  status_ = 200;
  write("HTTP/1.1 200 OK\r\nContent-Type: " + type +
        "\r\nTransfer-Encoding: chunked\r\nServer: aistack-simulator\r\n"
        "Connection: close\r\n\r\n");
}

bool Reply::line(const nlohmann::json& object) {
  char gone = 0;
  if (::recv(socket_, &gone, 1, MSG_PEEK | MSG_DONTWAIT) == 0) return false;
  const std::string body = object.dump() + "\n";
  std::ostringstream chunk;
  chunk << std::hex << body.size() << "\r\n" << body << "\r\n";
  return write(chunk.str());
}

void Reply::end_stream() {
  write("0\r\n\r\n");
}

int serve(const Settings& settings, const Handler& handler) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = address_of(settings.address, settings.port);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 64) != 0) {
    log("cannot listen on port " + std::to_string(settings.port) + ": " + std::strerror(errno));
    return 1;
  }
  log("listening on " + settings.address + ":" + std::to_string(settings.port));
  for (;;) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    std::thread(serve_one, socket, std::cref(settings), std::cref(handler)).detach();
  }
}

int ask(int port, const std::string& path) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{5, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  const sockaddr_in address = address_of("127.0.0.1", port);
  int status = 0;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    char answer[64] = {};
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0 &&
        ::read(socket, answer, sizeof answer - 1) > 12) {
      status = std::atoi(answer + 9);
    }
  }
  ::close(socket);
  return status;
}

}  // namespace simulator
