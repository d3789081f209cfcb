#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <thread>
#include <utility>

#include "adapters/engine/engine.hpp"
#include "base/when_all.hpp"
#include "support/check.hpp"
#include "support/run.hpp"
#include "support/socket_server.hpp"
#include "support/temporary_directory.hpp"

// Engines that are not there, do not answer, answer nonsense, or go away: each ends within its
// deadline, with the right code, and leaves no descriptor open.
namespace aistack::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::http_answer;
using testing::SocketServer;
using Then = SocketServer::Answer::Then;
using Request = SocketServer::Request;
using Answer = SocketServer::Answer;

constexpr milliseconds kShort{300};
// No test waits that long; a loaded machine may.
constexpr milliseconds kPatient{8'000};

class HostileEngine : public ::testing::Test {
 protected:
  HostileEngine() {
    // The io_context makes its own descriptors when a socket or a timer first comes to it.
    const boost::asio::steady_timer first(io_);
    descriptors_ = testing::open_descriptors();
  }

  void TearDown() override {
    engine_.reset();
    server_.reset();
    io_.restart();
    io_.poll();
    EXPECT_EQ(testing::open_descriptors(), descriptors_) << "a descriptor leaks";
  }

  void connect_to(const std::string& endpoint) {
    EngineOptions options;
    options.endpoint = endpoint;
    options.deadlines = deadlines_;
    options.slow = [this](milliseconds waited, milliseconds allowed) {
      slow_.emplace_back(waited, allowed);
      told_ = true;
    };
    auto made = make_engine(io_.get_executor(), options);
    ASSERT_OK(made);
    engine_ = std::move(made.value());
  }

  // For a test of what does not answer; before its server is made.
  void be_impatient() { deadlines_ = {kShort, kShort, kShort, kShort, kShort, kShort}; }

  // A server that tells its version properly, and answers everything else with `handler`.
  void serve(SocketServer::Handler handler) {
    serve_all([handler = std::move(handler)](const Request& request) -> Answer {
      if (request.target == "/_ping") return {testing::pong()};
      if (request.target == "/version") return {http_answer(200, testing::version_document())};
      return handler(request);
    });
  }
  void serve(std::string bytes, Then then) {
    serve([bytes = std::move(bytes), then](const Request&) { return Answer{bytes, then}; });
  }
  void serve_all(SocketServer::Handler handler) {
    server_ = std::make_unique<SocketServer>(std::move(handler));
    connect_to(server_->endpoint());
  }

  template <class T>
  T run(boost::asio::awaitable<T> task) {
    return testing::run(io_, std::move(task), seconds(30));
  }

  EngineDeadlines deadlines_{kPatient, kPatient, kPatient, kPatient, kPatient, kPatient};
  boost::asio::io_context io_;
  std::unique_ptr<SocketServer> server_;
  std::unique_ptr<ports::ContainerEngine> engine_;
  std::vector<std::pair<milliseconds, milliseconds>> slow_;  // what was told of it
  std::atomic<bool> told_ = false;
  std::size_t descriptors_ = 0;
};

const ports::PullSink kNoProgress = [](const ports::PullProgress&) {};
const ports::LogSink kNoLines = [](ports::LogLine) -> Result<> { return ok(); };
const ports::EventSink kNoEvents = [](ports::EngineEvent) -> Result<> { return ok(); };

std::string chunk(const std::string& bytes) {
  char size[16];
  (void)std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return size + bytes + "\r\n";
}
const std::string kChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kLastChunk = "0\r\n\r\n";

// -- not there

TEST_F(HostileEngine, IsNotInstalled) {
  connect_to("unix:///no/such/docker.sock");
  const auto version = run(engine_->version());
  EXPECT_ERROR(version, ErrorCode::kEngineUnreachable);
  EXPECT_THAT(version.error().why,
              HasSubstr("Cannot connect to the Docker daemon at unix:///no/such/docker.sock"));
  EXPECT_THAT(version.error().why, HasSubstr("ENOENT"));
}

TEST_F(HostileEngine, LeftItsSocketBehind) {
  const testing::TemporaryDirectory temporary;
  const auto path = temporary / "stale.sock";
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(descriptor);
  connect_to("unix://" + path.string());
  const auto version = run(engine_->version());
  EXPECT_ERROR(version, ErrorCode::kEngineUnreachable);
  EXPECT_THAT(version.error().why, HasSubstr("ECONNREFUSED"));
}

TEST_F(HostileEngine, MayNotBeUsedByThisUser) {
  serve(http_answer(200, "{}"), Then::keep);
  std::filesystem::permissions(server_->path(), std::filesystem::perms::none);
  const bool root = ::geteuid() == 0;
  if (root) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const auto version = run(engine_->version());
  if (root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  EXPECT_ERROR(version, ErrorCode::kEngineDenied);
  EXPECT_THAT(version.error().why, HasSubstr("EACCES"));
}

TEST_F(HostileEngine, ListensNowhereOverTcp) {
  connect_to("tcp://127.0.0.1:1");
  const auto version = run(engine_->version());
  EXPECT_ERROR(version, ErrorCode::kEngineUnreachable);
  EXPECT_THAT(version.error().why, HasSubstr("tcp://127.0.0.1:1"));
  EXPECT_THAT(version.error().why, HasSubstr("ECONNREFUSED"));
}

TEST_F(HostileEngine, HasAPathThatIsTooLong) {
  connect_to("unix:///" + std::string(200, 'x'));
  EXPECT_ERROR(run(engine_->version()), ErrorCode::kEngineUnreachable);
}

// -- does not answer

TEST_F(HostileEngine, AcceptsAndNeverAnswers) {
  be_impatient();
  serve_all([](const Request&) { return Answer{"", Then::hold}; });
  const auto info = run(engine_->info());
  EXPECT_ERROR(info, ErrorCode::kEngineTimeout);
  EXPECT_THAT(info.error().why, HasSubstr("did not answer within 0.3 s"));
}

TEST_F(HostileEngine, AnswersTheVersionAndThenFallsSilent) {
  be_impatient();
  serve("", Then::hold);
  EXPECT_ERROR(run(engine_->list_containers({})), ErrorCode::kEngineTimeout);
  EXPECT_ERROR(run(engine_->start_container("x")), ErrorCode::kEngineTimeout);
  EXPECT_ERROR(run(engine_->pull_image("x", kNoProgress)), ErrorCode::kEngineTimeout);
  EXPECT_ERROR(run(engine_->logs("x", {}, kNoLines)), ErrorCode::kEngineTimeout);
  EXPECT_ERROR(run(engine_->events({}, {}, kNoEvents)), ErrorCode::kEngineTimeout);
}

TEST_F(HostileEngine, FallsSilentInTheMiddleOfAnAnswer) {
  be_impatient();
  serve("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{\"Id\"", Then::hold);
  EXPECT_ERROR(run(engine_->list_containers({})), ErrorCode::kEngineTimeout);
}

TEST_F(HostileEngine, FallsSilentInTheMiddleOfAPull) {
  be_impatient();
  serve(kChunkedHead + chunk("{\"status\":\"Pulling fs layer\",\"id\":\"a\"}\r\n"), Then::hold);
  EXPECT_ERROR(run(engine_->pull_image("x", kNoProgress)), ErrorCode::kEngineTimeout);
}

TEST_F(HostileEngine, IsLeftAtOnceWhenInterrupted) {
  serve("", Then::hold);
  const auto began = steady_clock::now();
  const auto wait = testing::run_and_cancel(io_, engine_->wait_container("x"), [&] {
    return steady_clock::now() - began > milliseconds(50);
  });
  EXPECT_ERROR(wait, ErrorCode::kInterrupted);
  const auto list =
      testing::run_and_cancel(io_, engine_->list_containers({}), [&] { return true; });
  EXPECT_ERROR(list, ErrorCode::kInterrupted);
  EXPECT_LT(steady_clock::now() - began, kPatient);
}

TEST_F(HostileEngine, FinishesAChangeThatItHasWhenInterrupted) {
  std::atomic<bool> has_it = false;
  std::atomic<bool> interrupted = false;
  serve([&](const Request&) {
    has_it = true;
    while (!interrupted) std::this_thread::yield();
    return Answer{http_answer(204, "")};
  });
  const auto renamed = testing::run_and_cancel(io_, engine_->rename_container("a", "b"), [&] {
    if (has_it) interrupted = true;
    return has_it.load();
  });
  ASSERT_OK(renamed);
}

TEST_F(HostileEngine, IsGivenUpWhenItDoesNotFinishAChange) {
  deadlines_.after_interrupt = kShort;
  std::atomic<bool> has_it = false;
  serve([&](const Request&) {
    has_it = true;
    return Answer{"", Then::hold};
  });
  const auto began = steady_clock::now();
  const auto renamed = testing::run_and_cancel(io_, engine_->rename_container("a", "b"),
                                               [&] { return has_it.load(); });
  EXPECT_ERROR(renamed, ErrorCode::kInterrupted);
  EXPECT_THAT(renamed.error().why, HasSubstr("POST /containers/a/rename within"));
  EXPECT_THAT(renamed.error().why, HasSubstr("may carry it out yet"));
  EXPECT_LT(steady_clock::now() - began, kPatient);
}

TEST_F(HostileEngine, GetsNoChangeAfterAnInterrupt) {
  std::atomic<int> changes = 0;
  serve([&](const Request&) {
    ++changes;
    return Answer{http_answer(204, "")};
  });
  const auto change = [](ports::ContainerEngine& engine) -> Task<> {
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    (void)co_await engine.wait_container("x");  // ends with the interrupt
    co_return co_await engine.rename_container("a", "b");
  };
  bool first = true;
  EXPECT_ERROR(
      testing::run_and_cancel(io_, change(*engine_), [&] { return !std::exchange(first, false); }),
      ErrorCode::kInterrupted);
  EXPECT_LE(changes, 1) << "the wait, and no rename";
}

// -- answers nonsense

struct Nonsense {
  const char* name;
  std::string bytes;
  Then then;
};
void PrintTo(const Nonsense& nonsense, std::ostream* out) {
  *out << nonsense.name;
}

class NonsenseAnswer : public HostileEngine, public ::testing::WithParamInterface<Nonsense> {};

INSTANTIATE_TEST_SUITE_P(
    To, NonsenseAnswer,
    ::testing::Values(
        Nonsense{"NotHttp", "SSH-2.0-OpenSSH_9.2\r\n\r\n", Then::close},
        Nonsense{"BinaryNoise", std::string("\x16\x03\x01\x00\xff\xfe\r\n\r\n", 10), Then::close},
        Nonsense{"HeadCutOff", "HTTP/1.1 200 OK\r\nContent-Le", Then::close},
        Nonsense{"BodyCutOff", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{\"Id\":\"",
                 Then::close},
        Nonsense{"LengthTooSmall", "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n[{\"Id\":\"x\"}]",
                 Then::keep},
        Nonsense{"LengthNegative", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n[]", Then::close},
        Nonsense{"TwoLengths",
                 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]",
                 Then::close},
        Nonsense{"ChunksCutOff", kChunkedHead + "5\r\n[{\"Id", Then::close},
        Nonsense{"ChunksEndEarly", kChunkedHead + chunk("[{\"Id\":") + kLastChunk, Then::keep},
        Nonsense{"ChunkSizeIsNone", kChunkedHead + "zz\r\n[]\r\n", Then::close},
        Nonsense{"NoJson", http_answer(200, "<html>502 Bad Gateway</html>"), Then::keep},
        Nonsense{"HalfJson", http_answer(200, "[{\"Id\":\"x\""), Then::keep},
        Nonsense{"AnotherShape", http_answer(200, "\"all is well\""), Then::keep},
        Nonsense{"Nothing", http_answer(200, ""), Then::keep},
        Nonsense{"NestedTooDeeply", http_answer(200, "[" + std::string(5000, '[')), Then::keep},
        Nonsense{"ObjectsNestedTooDeeply", http_answer(200, "[{\"a\":" + std::string(5000, '[')),
                 Then::keep}),
    [](const auto& subject) { return subject.param.name; });

TEST_P(NonsenseAnswer, IsAProtocolErrorInTheList) {
  serve(GetParam().bytes, GetParam().then);
  EXPECT_ERROR(run(engine_->list_containers({})), ErrorCode::kEngineProtocol);
}

TEST_P(NonsenseAnswer, IsAProtocolErrorInAnInspect) {
  const std::string name = GetParam().name;
  serve(GetParam().bytes, GetParam().then);
  const auto details = run(engine_->inspect_container("x"));
  EXPECT_ERROR(details, ErrorCode::kEngineProtocol);
  EXPECT_THAT(details.error().why, ::testing::Not(HasSubstr("\n")));
}

TEST_P(NonsenseAnswer, IsAProtocolErrorInTheVersion) {
  serve_all([](const Request&) { return Answer{GetParam().bytes, GetParam().then}; });
  EXPECT_ERROR(run(engine_->version()), ErrorCode::kEngineProtocol);
  EXPECT_ERROR(run(engine_->list_containers({})), ErrorCode::kEngineProtocol);
}

TEST_F(HostileEngine, HasAHeaderWithoutEnd) {
  serve_all([](const Request&) {
    return Answer{"HTTP/1.1 200 OK\r\nX-Long: " + std::string(100'000, 'x'), Then::repeat};
  });
  EXPECT_ERROR(run(engine_->version()), ErrorCode::kEngineProtocol);
}

TEST_F(HostileEngine, HasHeadersWithoutEnd) {
  serve_all([](const Request&) {
    return Answer{"HTTP/1.1 200 OK\r\n", Then::repeat, "X-More: and more\r\n"};
  });
  EXPECT_ERROR(run(engine_->version()), ErrorCode::kEngineProtocol);
}

TEST_F(HostileEngine, HasABodyWithoutEnd) {
  serve([](const Request&) {
    return Answer{kChunkedHead, Then::repeat, chunk(std::string(1000, 'x'))};
  });
  EXPECT_ERROR(run(engine_->inspect_container("x")), ErrorCode::kEngineProtocol);
  EXPECT_ERROR(run(engine_->pull_image("x", kNoProgress)), ErrorCode::kEngineProtocol);
}

TEST_F(HostileEngine, HasADocumentOfManyMegabytes) {
  const std::string element = "{\"Id\":\"" + std::string(5 << 20, 'x') + "\"}";
  serve(http_answer(200, "[" + element + "]"), Then::keep);
  EXPECT_ERROR(run(engine_->list_containers({})), ErrorCode::kEngineProtocol);
  serve(http_answer(200, "{\"Id\":\"" + std::string(17 << 20, 'x') + "\"}"), Then::keep);
  EXPECT_ERROR(run(engine_->inspect_container("x")), ErrorCode::kEngineProtocol);
}

TEST_F(HostileEngine, SendsHalfALineOfAPull) {
  serve(kChunkedHead + chunk("{\"status\":\"Downloading\",\"id\":") + kLastChunk, Then::keep);
  EXPECT_ERROR(run(engine_->pull_image("x", kNoProgress)), ErrorCode::kEngineProtocol);
}

TEST_F(HostileEngine, DiesInTheMiddleOfAPull) {
  serve(kChunkedHead + chunk("{\"status\":\"Downloading\",\"id\":\"a\"}\n"), Then::close);
  EXPECT_ERROR(run(engine_->pull_image("x", kNoProgress)), ErrorCode::kEngineProtocol);
}

TEST_F(HostileEngine, SendsDamagedLogFrames) {
  serve(http_answer(200, "HELLO, this is no frame", "application/vnd.docker.multiplexed-stream"),
        Then::keep);
  EXPECT_ERROR(run(engine_->logs("x", {}, kNoLines)), ErrorCode::kEngineProtocol);
  const std::string cut("\x01\0\0\0\0\0\0\x50only this", 17);
  serve(http_answer(200, cut, "application/vnd.docker.multiplexed-stream"), Then::keep);
  EXPECT_ERROR(run(engine_->logs("x", {}, kNoLines)), ErrorCode::kEngineProtocol);
}

TEST_F(HostileEngine, EndsTheEvents) {
  serve(kChunkedHead + chunk("{\"Type\":\"container\",\"Action\":\"start\"}\n"), Then::close);
  int count = 0;
  const auto counting = [&count](ports::EngineEvent) -> Result<> {
    ++count;
    return ok();
  };
  EXPECT_ERROR(run(engine_->events({}, {}, counting)), ErrorCode::kEngineUnreachable);
  EXPECT_EQ(count, 1);
}

TEST_F(HostileEngine, RedirectsElsewhere) {
  serve("HTTP/1.1 301 Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", Then::keep);
  EXPECT_ERROR(run(engine_->info()), ErrorCode::kEngineFailed);
}

TEST_F(HostileEngine, WritesControlCharactersIntoItsMessage) {
  serve(http_answer(500, "{\"message\":\"\\u001b[31mred\\nand more\"}"), Then::keep);
  const auto info = run(engine_->info());
  EXPECT_ERROR(info, ErrorCode::kEngineFailed);
  EXPECT_EQ(info.error().why, "\\x1b[31mred\\x0aand more");
}

// -- of another time

TEST_F(HostileEngine, IsTooOld) {
  serve_all([](const Request&) {
    return Answer{http_answer(200, testing::version_document("1.40")), Then::keep};
  });
  const auto version = run(engine_->version());
  EXPECT_ERROR(version, ErrorCode::kEngineTooOld);
  EXPECT_THAT(version.error().why, HasSubstr("1.40"));
}

TEST_F(HostileEngine, IsTooNew) {
  serve_all([](const Request& request) -> Answer {
    if (request.target == "/_ping") return {testing::pong("1.99")};
    return {http_answer(200, testing::version_document("1.99", "1.90"))};
  });
  EXPECT_ERROR(run(engine_->version()), ErrorCode::kEngineTooOld);
  EXPECT_ERROR(run(engine_->list_containers({})), ErrorCode::kEngineTooOld);
}

TEST_F(HostileEngine, TellsItsVersionWithAPing) {
  std::vector<std::string> targets;
  serve_all([&targets](const Request& request) -> Answer {
    targets.push_back(request.target);
    if (request.target == "/_ping") return {testing::pong("1.47")};
    return {http_answer(200, "[]")};
  });
  ASSERT_OK(run(engine_->list_containers({})));
  EXPECT_THAT(targets, ElementsAre("/_ping", "/v1.47/containers/json?all=true"));
}

// close_late is what the client sees of a close that crosses its next request on the way.
TEST_F(HostileEngine, ClosesAfterEachAnswer) {
  for (const bool knows_ping : {true, false}) {
    for (const auto then : {Then::close, Then::close_late}) {
      const auto serve_so = [&] {
        serve_all([knows_ping, then](const Request& request) -> Answer {
          if (request.target == "/version")
            return {http_answer(200, testing::version_document()), then};
          if (request.target != "/_ping") return {http_answer(200, "[]"), then};
          return {knows_ping ? testing::pong() : http_answer(404, "{}"), then};
        });
      };
      serve_so();
      ASSERT_OK(run(engine_->list_containers({})));
      ASSERT_OK(run(engine_->start_container("x")));
      ASSERT_OK(run(engine_->list_containers({})));
      const auto pulled = run(engine_->pull_image("x", kNoProgress));
      EXPECT_TRUE(pulled || pulled.error().code != ErrorCode::kEngineUnreachable);
      serve_so();
      ASSERT_OK(run(engine_->start_container("x")));
      ASSERT_OK(run(engine_->start_container("x")));
      serve_so();
      const auto first = run(engine_->pull_image("x", kNoProgress));
      EXPECT_TRUE(first || first.error().code != ErrorCode::kEngineUnreachable);
    }
  }
}

TEST_F(HostileEngine, KnowsNoPing) {
  for (const int status : {404, 403, 500}) {
    std::string target;
    serve_all([&target, status](const Request& request) -> Answer {
      if (request.target == "/_ping") return {http_answer(status, "{\"message\":\"no\"}")};
      if (request.target == "/version")
        return {http_answer(200, testing::version_document("1.44", "1.24"))};
      target = request.target;
      return {http_answer(200, "[]")};
    });
    ASSERT_OK(run(engine_->list_containers({})));
    EXPECT_EQ(target.substr(0, 7), "/v1.44/");
  }
}

TEST_F(HostileEngine, IsSpokenToInTheNewestVersionThatBothKnow) {
  std::string target;
  serve_all([&target](const Request& request) -> Answer {
    if (request.target == "/_ping") return {testing::pong("1.99")};
    if (request.target == "/version")
      return {http_answer(200, testing::version_document("1.99", "1.44"))};
    target = request.target;
    return {http_answer(200, "[]")};
  });
  ASSERT_OK(run(engine_->list_containers({})));
  EXPECT_EQ(target.substr(0, 7), "/v1.56/");
}

// -- is slow

TEST_F(HostileEngine, IsSaidToBeSlowOnceAndOnlyOfQuestions) {
  deadlines_.patience = seconds(1);
  serve([this](const Request& request) {
    if (request.method != "GET") std::this_thread::sleep_for(milliseconds(1'200));
    while (request.method == "GET" && !told_) std::this_thread::yield();
    return Answer{http_answer(200, "[]"), Then::keep};
  });
  ASSERT_OK(run(engine_->kill_container("x", "KILL")));
  EXPECT_THAT(slow_, ::testing::IsEmpty());
  ASSERT_OK(run(engine_->list_containers({})));
  ASSERT_OK(run(engine_->list_containers({})));
  EXPECT_THAT(slow_, ElementsAre(std::pair{milliseconds(1'000), kPatient}));
}

TEST_F(HostileEngine, IsNotSaidToBeSlowWhereItAnswers) {
  serve(http_answer(200, "[]"), Then::keep);
  ASSERT_OK(run(engine_->list_containers({})));
  EXPECT_THAT(slow_, ::testing::IsEmpty());
}

// -- goes away and comes back

TEST_F(HostileEngine, IsAskedOverOneConnection) {
  serve(http_answer(200, "[]"), Then::keep);
  for (int i = 0; i < 5; ++i) ASSERT_OK(run(engine_->list_containers({})));
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(HostileEngine, IsAskedOverAFewConnectionsAtOnce) {
  serve([](const Request&) {
    std::this_thread::sleep_for(milliseconds(10));
    return Answer{http_answer(200, "[]"), Then::keep};
  });
  std::vector<Task<std::vector<ports::ContainerSummary>>> tasks;
  for (int i = 0; i < 30; ++i) tasks.push_back(engine_->list_containers({}));
  for (const auto& result : run(when_all(std::move(tasks)))) ASSERT_OK(result);
  EXPECT_GT(server_->connections(), 1);
  EXPECT_LE(server_->connections(), 8);
}

TEST_F(HostileEngine, RestartsBetweenTwoCallsAndIsAskedForItsVersionAgain) {
  int pings = 0;
  std::string target;
  serve_all([&](const Request& request) -> Answer {
    const std::string newest = pings == 0 ? "1.41" : "1.47";
    if (request.target == "/_ping") {
      ++pings;
      return {testing::pong(newest)};
    }
    if (request.target == "/version") return {http_answer(200, testing::version_document(newest))};
    target = request.target;
    return {http_answer(200, "[]")};
  });
  ASSERT_OK(run(engine_->list_containers({})));
  EXPECT_EQ(target.substr(0, 7), "/v1.41/");
  server_->drop_connections();
  ASSERT_OK(run(engine_->list_containers({})));
  EXPECT_EQ(target.substr(0, 7), "/v1.47/");
  EXPECT_EQ(pings, 2);
  const auto version = run(engine_->version());
  ASSERT_OK(version);
  EXPECT_EQ(version.value().spoken, (ports::ApiVersion{1, 47}));
}

TEST_F(HostileEngine, ClosesWithoutAnAnswer) {
  serve("", Then::close);
  const auto stopped = run(engine_->kill_container("x", "KILL"));
  EXPECT_ERROR(stopped, ErrorCode::kEngineUnreachable);
  EXPECT_THAT(stopped.error().why, HasSubstr("without an answer"));
}

TEST_F(HostileEngine, ClosesAKeptConnectionAsTheNextReadingCallArrives) {
  // Every connection answers one call and closes at the next one.
  serve_all([](const Request& request) -> Answer {
    if (request.target == "/_ping") return {testing::pong()};
    if (request.number == 3) return {"", Then::close};
    return {http_answer(200, "[]")};
  });
  ASSERT_OK(run(engine_->list_containers({})));
  ASSERT_OK(run(engine_->list_containers({})));
}

TEST_F(HostileEngine, RefusesAnUploadBeforeItIsThere) {
  serve(http_answer(404, "{\"message\":\"No such container: x\"}"), Then::close);
  server_->answer_at_the_head();
  int pieces = 0;
  const std::string piece(100'000, 'x');
  const auto source = [&]() -> Result<std::string_view> {
    return ++pieces > 50 ? std::string_view() : std::string_view(piece);
  };
  EXPECT_ERROR(run(engine_->write_archive("x", "/", source)), ErrorCode::kNotFound);
}

// A client that was killed has asked for the same removal before.
Answer removed_by_another(const Request& request, const std::string& wait_answer) {
  if (request.method == "DELETE")
    return {http_answer(409, R"({"message":"removal of container x is already in progress"})")};
  EXPECT_THAT(request.target, HasSubstr("/containers/x/wait?condition=removed"));
  return {wait_answer, wait_answer.empty() ? Then::hold : Then::keep};
}

TEST_F(HostileEngine, RemovesAContainerAlready) {
  for (const auto& answer : {http_answer(200, R"({"Error":null,"StatusCode":137})"),
                             http_answer(404, R"({"message":"No such container: x"})")}) {
    serve([&](const Request& request) { return removed_by_another(request, answer); });
    ASSERT_OK(run(engine_->remove_container("x", {})));
  }
}

TEST_F(HostileEngine, FailsToRemoveAContainer) {
  serve([](const Request& request) {
    return removed_by_another(
        request, http_answer(200, R"({"Error":{"Message":"device or resource busy"}})"));
  });
  const auto removed = run(engine_->remove_container("x", {}));
  EXPECT_ERROR(removed, ErrorCode::kEngineFailed);
  EXPECT_THAT(removed.error().why, HasSubstr("busy"));
}

TEST_F(HostileEngine, RemovesAContainerWithoutEnd) {
  be_impatient();
  serve([](const Request& request) { return removed_by_another(request, ""); });
  EXPECT_ERROR(run(engine_->remove_container("x", {})), ErrorCode::kEngineTimeout);
}

// -- is merely verbose

TEST_F(HostileEngine, HasALogLineOfManyMegabytes) {
  std::string frame("\x01\0\0\0\0\x50\0\0", 8);  // 5 MiB and 256 KiB
  frame += "2026-11-23T22:04:55.737766960Z " + std::string(0x500000 - 31, 'x');
  serve(http_answer(200, frame, "application/vnd.docker.multiplexed-stream"), Then::keep);
  std::size_t bytes = 0;
  std::size_t longest = 0;
  const auto measure = [&](ports::LogLine line) -> Result<> {
    bytes += line.text.size();
    longest = std::max(longest, line.text.size());
    EXPECT_TRUE(line.time);
    return ok();
  };
  ASSERT_OK(run(engine_->logs("x", {}, measure)));
  EXPECT_EQ(bytes, 0x500000U - 31);
  EXPECT_EQ(longest, 64U * 1024);
}

}  // namespace
}  // namespace aistack::engine
