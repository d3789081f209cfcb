#include "adapters/http/connection.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/string.hpp>
#include <cstring>

#include "adapters/http/resolve.hpp"
#include "adapters/http/response_parser.hpp"

namespace aistack::http {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kBufferBytes = 16 * 1024;

Failure failure(Failure::Kind kind, std::string text, int error_number = 0) {
  return Failure{kind, error_number, std::move(text)};
}

Failure interrupted() {
  return failure(Failure::Kind::interrupted, "interrupted");
}

bool is_hang_up(const error_code& error) {
  return error == asio::error::eof || error == asio::error::connection_reset ||
         error == asio::error::broken_pipe;
}

std::string head_text(const Request& request, std::string_view framing) {
  std::string text;
  text.reserve(256 + request.body.size());
  text.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ");
  text.append(request.host).append("\r\n");
  for (const auto& [name, value] : request.headers)
    text.append(name).append(": ").append(value).append("\r\n");
  text.append(framing).append("\r\n");
  return text;
}

// A cancellation that comes while nothing is waited for reaches no socket. It is remembered in the
// task, and found here before the next wait.
asio::awaitable<bool> cancelled() {
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

}  // namespace

std::string_view ResponseHead::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (boost::beast::iequals(key, name)) return value;
  return {};
}

struct Connection::State : std::enable_shared_from_this<State> {
  explicit State(const asio::any_io_executor& executor) : socket(executor), timer(executor) {}

  // Lets the socket's waits end at `deadline`. A timer's handler may already be queued when the
  // wait succeeds, or outlive the connection: hence the generation and the weak pointer.
  void arm(Deadline deadline) {
    ++generation;
    expired = false;
    if (deadline == kNoDeadline) {
      timer.cancel();
      return;
    }
    timer.expires_at(deadline);
    timer.async_wait([weak = weak_from_this(), mine = generation](const error_code& error) {
      const auto self = weak.lock();
      if (error || !self || self->generation != mine) return;
      self->expired = true;
      error_code ignored;
      self->socket.cancel(ignored);
    });
  }

  void disarm() {
    ++generation;
    timer.cancel();
  }

  // What a failed wait means.
  Failure explain(const error_code& error) const {
    if (error == asio::error::operation_aborted) {
      if (expired) return failure(Failure::Kind::timeout, "no answer within the time allowed");
      return interrupted();
    }
    if (is_hang_up(error)) {
      return answer_began ? failure(Failure::Kind::cut_off, "the answer was cut off")
                          : failure(Failure::Kind::closed, "closed without an answer");
    }
    return failure(Failure::Kind::io, errno_text(error.value()), error.value());
  }

  Wire<> write(std::string_view data, Deadline deadline);
  Wire<bool> read_more(Deadline deadline);  // false: the peer has closed
  Outcome<> parse();
  Wire<> fill(Deadline deadline);
  void start_exchange();

  asio::generic::stream_protocol::socket socket;
  asio::steady_timer timer;
  std::uint64_t generation = 0;
  bool expired = false;

  std::vector<char> input = std::vector<char>(kBufferBytes);
  std::size_t begin = 0;  // of what was read and is not parsed yet
  std::size_t end = 0;
  std::unique_ptr<ResponseParser> parser;
  std::string piece;  // what receive_some gave away
  bool answer_began = false;
  bool sent_in_full = false;
};

Wire<> Connection::State::write(std::string_view data, Deadline deadline) {
  if (co_await cancelled()) co_return interrupted();
  const auto self = shared_from_this();
  error_code error;
  arm(deadline);
  co_await asio::async_write(socket, asio::buffer(data.data(), data.size()),
                             asio::redirect_error(asio::use_awaitable, error));
  disarm();
  if (error) co_return explain(error);
  co_return boost::outcome_v2::success();
}

Wire<bool> Connection::State::read_more(Deadline deadline) {
  if (co_await cancelled()) co_return interrupted();
  const auto self = shared_from_this();
  if (begin > 0) {
    std::memmove(input.data(), input.data() + begin, end - begin);
    end -= begin;
    begin = 0;
  }
  if (end == input.size())
    co_return failure(Failure::Kind::protocol, "a header or chunk header without end");
  error_code error;
  arm(deadline);
  const auto count =
      co_await socket.async_read_some(asio::buffer(input.data() + end, input.size() - end),
                                      asio::redirect_error(asio::use_awaitable, error));
  disarm();
  if (error == asio::error::eof) co_return false;
  if (error) co_return explain(error);
  end += count;
  answer_began = true;
  co_return true;
}

// Hands what was read to the parser; stops where it needs more, or when the head or the message
// is complete.
Outcome<> Connection::State::parse() {
  const auto used = parser->feed(std::string_view(input.data() + begin, end - begin));
  if (!used) return failure(Failure::Kind::protocol, used.error().text);
  begin += used.value();
  return boost::outcome_v2::success();
}

// Reads and parses until something new has come of it: the head, a piece of the body, or its end.
Wire<> Connection::State::fill(Deadline deadline) {
  while (true) {
    const bool had_head = parser->head_complete();
    if (begin < end) {
      BOOST_OUTCOME_CO_TRY(parse());
      if (parser->done() || !parser->body().empty() || parser->head_complete() != had_head)
        co_return boost::outcome_v2::success();
    }
    BOOST_OUTCOME_CO_TRY(const bool open, co_await read_more(deadline));
    if (!open) {
      if (!answer_began) co_return failure(Failure::Kind::closed, "closed without an answer");
      if (!parser->finish_at_close())
        co_return failure(Failure::Kind::cut_off, "the answer was cut off");
      co_return boost::outcome_v2::success();
    }
  }
}

void Connection::State::start_exchange() {
  parser = std::make_unique<ResponseParser>();
  answer_began = false;
  sent_in_full = false;
  begin = end = 0;
}

Connection::Connection(std::shared_ptr<State> state) : state_(std::move(state)) {}

Connection::~Connection() {
  state_->disarm();
  error_code ignored;
  state_->socket.close(ignored);
}

Wire<std::unique_ptr<Connection>> Connection::open(asio::any_io_executor executor, Address address,
                                                   Deadline deadline) {
  if (co_await cancelled()) co_return interrupted();
  std::vector<asio::generic::stream_protocol::endpoint> targets;
  if (!address.path.empty()) {
    sockaddr_un limit{};
    if (address.path.size() >= sizeof(limit.sun_path))
      co_return failure(Failure::Kind::connect, "connect: " + errno_text(ENAMETOOLONG),
                        ENAMETOOLONG);
    targets.emplace_back(asio::local::stream_protocol::endpoint(address.path));
  } else {
    BOOST_OUTCOME_CO_TRY(const auto found, co_await resolve(executor, address.host, deadline));
    for (const auto& ip : found)
      targets.emplace_back(asio::ip::tcp::endpoint(ip, static_cast<std::uint16_t>(address.port)));
  }
  error_code error = asio::error::host_unreachable;
  for (const auto& target : targets) {
    auto state = std::make_shared<State>(executor);
    state->arm(deadline);
    co_await state->socket.async_connect(target, asio::redirect_error(asio::use_awaitable, error));
    state->disarm();
    if (!error) {
      error_code ignored;
      if (address.path.empty()) {
        state->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        state->socket.set_option(asio::socket_base::keep_alive(true), ignored);
      }
      co_return std::unique_ptr<Connection>(new Connection(std::move(state)));
    }
    if (error == asio::error::operation_aborted) co_return state->explain(error);
  }
  co_return failure(Failure::Kind::connect, "connect: " + errno_text(error.value()), error.value());
}

Wire<> Connection::send(const Request& request, Deadline deadline) {
  state_->start_exchange();
  const bool has_body = !request.body.empty() || request.method != "GET";
  auto text = head_text(
      request, has_body ? "Content-Length: " + std::to_string(request.body.size()) + "\r\n" : "");
  text += request.body;
  BOOST_OUTCOME_CO_TRY(co_await state_->write(text, deadline));
  state_->sent_in_full = true;
  co_return boost::outcome_v2::success();
}

Wire<> Connection::begin_body(const Request& request, Deadline deadline) {
  state_->start_exchange();
  const auto text = head_text(request, "Transfer-Encoding: chunked\r\n");
  co_return co_await state_->write(text, deadline);
}

Wire<> Connection::send_piece(std::string_view piece, Deadline deadline) {
  char size[24];
  const int length = std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
  std::string text(size, static_cast<std::size_t>(length));
  text.append(piece).append("\r\n");
  BOOST_OUTCOME_CO_TRY(co_await state_->write(text, deadline));
  state_->sent_in_full = piece.empty();
  co_return boost::outcome_v2::success();
}

Wire<ResponseHead> Connection::receive_head(Deadline deadline) {
  while (true) {
    while (!state_->parser->head_complete()) {
      BOOST_OUTCOME_CO_TRY(co_await state_->fill(deadline));
    }
    const int status = state_->parser->head().status;
    if (status >= 200 || status == 101) break;
    state_->parser = std::make_unique<ResponseParser>();
  }
  co_return std::move(state_->parser->head());
}

Wire<std::string_view> Connection::receive_some(Deadline deadline) {
  auto& parser = *state_->parser;
  while (parser.body().empty() && !parser.done()) {
    BOOST_OUTCOME_CO_TRY(co_await state_->fill(deadline));
  }
  state_->piece.clear();
  std::swap(state_->piece, parser.body());
  co_return std::string_view(state_->piece);
}

Wire<std::string> Connection::receive_all(std::uint64_t limit, Deadline deadline) {
  std::string whole;
  while (true) {
    BOOST_OUTCOME_CO_TRY(const auto some, co_await receive_some(deadline));
    if (some.empty()) co_return whole;
    if (whole.size() + some.size() > limit)
      co_return failure(Failure::Kind::too_long,
                        "an answer of more than " + std::to_string(limit) + " bytes");
    whole.append(some);
  }
}

bool Connection::reusable() const {
  if (!state_->sent_in_full || !state_->parser || !state_->parser->done() ||
      !state_->parser->keep_alive() || state_->begin != state_->end)
    return false;
  char byte = 0;
  const auto count = ::recv(state_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace aistack::http
