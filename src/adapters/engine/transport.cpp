#include "adapters/engine/transport.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "adapters/engine/answers.hpp"
#include "adapters/engine/requests.hpp"
#include "base/when_all.hpp"

namespace aistack::engine {
namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr std::uint64_t kLongestAnswer = 16 * 1024 * 1024;
constexpr std::uint64_t kLongestError = 256 * 1024;

bool is_success(int status) {
  return (status >= 200 && status < 300) || status == 304 || status == 101;
}

// A call without a limit is one with a limit of a year and more.
http::Deadline within(milliseconds allowed) {
  constexpr auto kUnlimited = std::chrono::hours(24 * 365);
  return allowed >= kUnlimited ? http::kNoDeadline : steady_clock::now() + allowed;
}

// A call that goes on while its caller may be interrupted.
struct Running {
  explicit Running(const asio::any_io_executor& executor) : pause(executor, SteadyTime::max()) {}
  asio::steady_timer pause;  // ends with the call
  asio::cancellation_signal give_up;
  std::optional<Result<int>> result;
  std::exception_ptr failure;
  bool over = false;
};

bool lost(const http::Failure& failure) {
  using Kind = http::Failure::Kind;
  return failure.kind == Kind::closed || failure.kind == Kind::cut_off ||
         failure.kind == Kind::connect || failure.kind == Kind::io;
}

// An answer, if not the one that was asked for.
bool is_refusal(const Error& error) {
  return error.code != ErrorCode::kEngineUnreachable && error.code != ErrorCode::kEngineTimeout &&
         error.code != ErrorCode::kEngineProtocol && error.code != ErrorCode::kInterrupted;
}

PieceSink append_to(std::string& body) {
  return [&body](std::string_view piece) -> Result<> {
    if (body.size() + piece.size() > kLongestAnswer)
      return Error{ErrorCode::kEngineProtocol,
                   fmt::format("the engine's answer is longer than {} bytes", kLongestAnswer)};
    body.append(piece);
    return ok();
  };
}

}  // namespace

// Tells the observer of one call when it is over, however it ends.
class Transport::Observation {
 public:
  Observation(const EngineObserver& observer, const ApiCall& call)
      : observer_(observer), call_(call), begin_(steady_clock::now()) {}
  Observation(const Observation&) = delete;
  Observation& operator=(const Observation&) = delete;
  ~Observation() {
    if (!observer_) return;
    const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin_);
    observer_({call_.method, call_.path.substr(0, call_.path.find('?')), status_, took});
  }
  void answered(int status) { status_ = status; }

 private:
  const EngineObserver& observer_;
  const ApiCall& call_;
  steady_clock::time_point begin_;
  int status_ = 0;
};

// As long as it lives a question waits for its answer. A change may take its time.
class Transport::Patience {
 public:
  Patience(Transport& transport, const ApiCall& call, milliseconds allowed)
      : timer_(transport.executor_) {
    if (!transport.slow_ || call.method != "GET") return;
    timer_.expires_after(transport.deadlines_.patience);
    // The timer may have run out, and its handler be queued, as the answer comes.
    timer_.async_wait([&transport, allowed,
                       waits = std::weak_ptr(waits_)](const boost::system::error_code& answered) {
      if (answered || waits.expired() || !transport.slow_) return;
      const auto tell = std::exchange(transport.slow_, {});
      tell(transport.deadlines_.patience, allowed);
    });
  }

 private:
  asio::steady_timer timer_;
  std::shared_ptr<char> waits_ = std::make_shared<char>();
};

Task<std::string_view> ApiStream::next() {
  const auto deadline = silence_ ? steady_clock::now() + *silence_ : http::kNoDeadline;
  auto piece = co_await connection_->receive_some(deadline);
  if (!piece)
    co_return transport_error(piece.error(), endpoint_, silence_.value_or(milliseconds(0)));
  co_return piece.value();
}

Transport::Transport(asio::any_io_executor executor, http::Address address, std::string endpoint,
                     EngineDeadlines deadlines, EngineObserver observer, SlowObserver slow)
    : executor_(std::move(executor)),
      address_(std::move(address)),
      endpoint_(std::move(endpoint)),
      deadlines_(deadlines),
      observer_(std::move(observer)),
      slow_(std::move(slow)),
      pool_(
          executor_, endpoint_, [this](http::Deadline deadline) { return connect(deadline); },
          [this] { forget_engine(); }) {}

Error Transport::fail(const http::Failure& failure, milliseconds allowed) {
  if (lost(failure)) forget_engine();
  return transport_error(failure, endpoint_, allowed);
}

// The next connection may be to another one, at the same address.
void Transport::forget_engine() {
  spoken_.reset();
  version_.reset();
  pool_.forget();
}

http::Request Transport::to_request(const ApiCall& call) const {
  http::Request request;
  request.method = call.method;
  request.target = call.versioned && spoken_ ? "/v" + to_string(*spoken_) + call.path : call.path;
  if (address_.path.empty())
    request.host = fmt::format(
        fmt::runtime(address_.host.find(':') == std::string::npos ? "{}:{}" : "[{}]:{}"),
        address_.host, address_.port);
  request.headers.emplace_back("User-Agent", "aistack/" AISTACK_VERSION);
  if (!call.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  if (!call.registry_login.empty())
    request.headers.emplace_back("X-Registry-Auth", call.registry_login);
  request.body = call.body;
  return request;
}

Task<std::unique_ptr<http::Connection>> Transport::connect(http::Deadline deadline) {
  const auto soon = std::min(deadline, steady_clock::now() + deadlines_.connect);
  auto opened = co_await http::Connection::open(executor_, address_, soon);
  if (!opened) co_return fail(opened.error(), deadlines_.connect);
  co_return std::move(opened.value());
}

Task<std::unique_ptr<http::Connection>> Transport::connect_to_speak(http::Deadline deadline,
                                                                    milliseconds allowed) {
  while (true) {
    if (!spoken_) {
      BOOST_OUTCOME_CO_TRY(co_await find_out(&Transport::negotiate, deadline, allowed));
    }
    BOOST_OUTCOME_CO_TRY(auto connection, co_await connect(deadline));
    if (spoken_) co_return connection;  // another call may have lost the engine meanwhile
  }
}

// Finds out which version of the API is spoken, if it is not known. A ping names the newest one of
// the engine, at a tenth of the time that the whole version takes (Docker starts its runtime for
// that). Where that does not settle it, the whole version does.
Task<> Transport::negotiate(http::Connection& connection, http::Deadline deadline,
                            milliseconds allowed) {
  if (spoken_) co_return ok();
  const ApiCall ping{.method = "GET", .path = "/_ping", .versioned = false};
  const PieceSink ignore = [](std::string_view) -> Result<> { return ok(); };
  const auto pong = co_await exchange(connection, ping, ignore, deadline, allowed);
  if (!pong && !is_refusal(pong.error())) co_return pong.error();
  const auto newest =
      pong ? read_api_version(pong.value().header("Api-Version")) : ports::ApiVersion{};
  if (kOldestApi <= newest && newest <= kNewestApi) {
    spoken_ = newest;
    co_return ok();
  }
  // What knows no ping may have closed the connection after it.
  BOOST_OUTCOME_CO_TRY(const auto another, co_await connect(deadline));
  co_return co_await ask_version(*another, deadline, allowed);
}

Task<> Transport::ask_version(http::Connection& connection, http::Deadline deadline,
                              milliseconds allowed) {
  const ApiCall question{.method = "GET", .path = "/version", .versioned = false};
  std::string body;
  const auto sink = append_to(body);
  BOOST_OUTCOME_CO_TRY(co_await exchange(connection, question, sink, deadline, allowed));
  BOOST_OUTCOME_CO_TRY(const auto document, parse_document(body));
  auto version = read_version(document);
  if (version.newest == ports::ApiVersion{})
    co_return Error{
        ErrorCode::kEngineProtocol,
        fmt::format("{} answers, but names no API version: it is no container engine", endpoint_)};
  BOOST_OUTCOME_CO_TRY(version.spoken, choose_version(version));
  spoken_ = version.spoken;
  version_ = std::move(version);
  co_return ok();
}

Task<> Transport::find_out(Question ask, http::Deadline deadline, milliseconds allowed) {
  while (true) {
    BOOST_OUTCOME_CO_TRY(auto lease,
                         co_await pool_.acquire(deadline, allowed, ConnectionPool::Wanted::any));
    const auto told = co_await (this->*ask)(*lease, deadline, allowed);
    if (told || !pool_.is_stale(lease, told.error())) co_return told;
    lease.drop();
  }
}

Task<ports::ApiVersion> Transport::spoken() {
  const auto deadline = steady_clock::now() + deadlines_.call;
  if (spoken_ && pool_.ready()) co_return *spoken_;
  BOOST_OUTCOME_CO_TRY(co_await find_out(&Transport::negotiate, deadline, deadlines_.call));
  co_return *spoken_;
}

Task<ports::EngineVersion> Transport::version() {
  const auto deadline = steady_clock::now() + deadlines_.call;
  if (version_ && pool_.ready()) co_return *version_;
  BOOST_OUTCOME_CO_TRY(co_await find_out(&Transport::ask_version, deadline, deadlines_.call));
  co_return *version_;
}

// Turns an answer with an error's status into the Error.
Task<> Transport::read_error(http::Connection& connection, const ApiCall& call, int status,
                             http::Deadline deadline, milliseconds allowed) {
  auto body = co_await connection.receive_all(kLongestError, deadline);
  if (!body) co_return fail(body.error(), allowed);
  co_return engine_error(call.call, status, message_in(body.value()));
}

Task<http::ResponseHead> Transport::exchange(http::Connection& connection, const ApiCall& call,
                                             const PieceSink& sink, http::Deadline deadline,
                                             milliseconds allowed) {
  Observation observation{observer_, call};
  const auto request = to_request(call);
  if (auto sent = co_await connection.send(request, deadline); !sent)
    co_return fail(sent.error(), allowed);
  std::optional<Patience> patience{std::in_place, *this, call, allowed};
  auto head = co_await connection.receive_head(deadline);
  patience.reset();
  if (!head) co_return fail(head.error(), allowed);
  const int status = head.value().status;
  observation.answered(status);
  if (!is_success(status)) {
    BOOST_OUTCOME_CO_TRY(co_await read_error(connection, call, status, deadline, allowed));
  }
  while (true) {
    auto piece = co_await connection.receive_some(deadline);
    if (!piece) co_return fail(piece.error(), allowed);
    if (piece.value().empty()) co_return std::move(head.value());
    BOOST_OUTCOME_CO_TRY(sink(piece.value()));
  }
}

Task<int> Transport::send(ApiCall call, PieceSink sink) {
  if (call.method == "GET") co_return co_await attempt(std::move(call), std::move(sink));
  co_return co_await finish(std::move(call), std::move(sink));
}

Error Transport::given_up(const std::string& change) const {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(deadlines_.after_interrupt).count();
  return {ErrorCode::kInterrupted,
          fmt::format("interrupted; the engine had not answered {} within another {} s, and may "
                      "carry it out yet",
                      change, seconds)};
}

// An attempt that a Ctrl-C reaches only when its answer takes too long.
Task<int> Transport::finish(ApiCall call, PieceSink sink) {
  co_await asio::this_coro::throw_if_cancelled(false);
  BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
  const auto change = call.method + " " + call.path.substr(0, call.path.find('?'));
  const auto running = std::make_shared<Running>(executor_);
  auto work = detail::fill(attempt(std::move(call), std::move(sink)), running->result);
  const auto done = [running](std::exception_ptr failure) {
    running->failure = std::move(failure);
    running->over = true;
    running->pause.cancel();
  };
  asio::co_spawn(executor_, std::move(work),
                 asio::bind_cancellation_slot(running->give_up.slot(), done));
  bool asked = false;
  bool gave_up = false;
  while (!running->over) {
    boost::system::error_code woken;
    co_await running->pause.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (running->over) break;
    if (woken && !asked) {  // Ctrl-C
      asked = true;
      running->pause.expires_after(deadlines_.after_interrupt);
    } else {
      gave_up = true;
      running->give_up.emit(asio::cancellation_type::terminal);
      running->pause.expires_at(SteadyTime::max());
    }
  }
  if (running->failure) std::rethrow_exception(running->failure);
  auto& result = *running->result;
  if (gave_up && !result && result.error().code == ErrorCode::kInterrupted)
    co_return given_up(change);
  co_return std::move(result);
}

Task<int> Transport::attempt(ApiCall call, PieceSink sink) {
  const auto allowed = call.allowed.value_or(deadlines_.call);
  const auto deadline = within(allowed);
  const bool is_change = call.method != "GET";
  const auto wanted = is_change ? ConnectionPool::Wanted::certain : ConnectionPool::Wanted::any;
  while (true) {
    BOOST_OUTCOME_CO_TRY(auto lease, co_await pool_.acquire(deadline, allowed, wanted));
    if (!spoken_) {
      const auto told = co_await negotiate(*lease, deadline, allowed);
      if (!told && !pool_.is_stale(lease, told.error())) co_return told.error();
      // Should the engine close it now, a change could not be sent again.
      if (!told || is_change) lease.drop();
      continue;
    }
    bool began = false;
    const PieceSink noting = [&](std::string_view piece) -> Result<> {
      began = true;
      return sink(piece);
    };
    const auto head = co_await exchange(*lease, call, noting, deadline, allowed);
    if (head) {
      pool_.note_success(lease);
      co_return head.value().status;
    }
    if (!pool_.is_stale(lease, head.error()) || began || is_change) co_return head.error();
  }
}

Task<ApiReply> Transport::send(ApiCall call) {
  ApiReply reply;
  auto sink = append_to(reply.body);
  BOOST_OUTCOME_CO_TRY(reply.status, co_await send(std::move(call), std::move(sink)));
  co_return reply;
}

Task<ApiStream> Transport::open(ApiCall call, std::optional<milliseconds> silence) {
  const auto allowed = call.allowed.value_or(deadlines_.call);
  const auto deadline = within(allowed);
  BOOST_OUTCOME_CO_TRY(auto connection, co_await connect_to_speak(deadline, allowed));
  Observation observation{observer_, call};
  const auto request = to_request(call);
  if (auto sent = co_await connection->send(request, deadline); !sent)
    co_return fail(sent.error(), allowed);
  auto head = co_await connection->receive_head(deadline);
  if (!head) co_return fail(head.error(), allowed);
  const int status = head.value().status;
  observation.answered(status);
  if (!is_success(status)) {
    BOOST_OUTCOME_CO_TRY(co_await read_error(*connection, call, status, deadline, allowed));
  }
  co_return ApiStream(std::move(connection), std::move(head.value()), endpoint_, silence);
}

Task<ApiReply> Transport::upload(ApiCall call, std::string content_type, ports::ByteSource source) {
  const auto silence = deadlines_.silence;
  const auto deadline = [&] { return steady_clock::now() + silence; };
  BOOST_OUTCOME_CO_TRY(auto connection, co_await connect_to_speak(deadline(), silence));
  Observation observation{observer_, call};
  auto request = to_request(call);
  request.headers.emplace_back("Content-Type", content_type);
  auto sent = co_await connection->begin_body(request, deadline());
  while (sent) {
    BOOST_OUTCOME_CO_TRY(const auto piece, source());
    sent = co_await connection->send_piece(piece, deadline());
    if (piece.empty()) break;
  }
  // An engine that refuses does not read on; its answer says why.
  if (!sent && !lost(sent.error())) co_return fail(sent.error(), silence);
  auto head = co_await connection->receive_head(deadline());
  if (!head && !sent && lost(head.error())) head = co_await connection->receive_head(deadline());
  if (!head) co_return fail(sent ? head.error() : sent.error(), silence);
  const int status = head.value().status;
  observation.answered(status);
  if (!is_success(status)) {
    BOOST_OUTCOME_CO_TRY(co_await read_error(*connection, call, status, deadline(), silence));
  }
  auto body = co_await connection->receive_all(kLongestAnswer, deadline());
  if (!body) co_return fail(body.error(), silence);
  ApiReply reply{status, std::move(body.value())};
  co_return reply;
}

}  // namespace aistack::engine
