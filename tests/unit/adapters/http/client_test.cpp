#include "adapters/http/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/check.hpp"
#include "support/run.hpp"
#include "support/socket_server.hpp"

namespace aistack::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;
using testing::http_answer;
using testing::SocketServer;
using Then = SocketServer::Answer::Then;

// No test waits that long; a loaded machine may.
constexpr milliseconds kPatient{8'000};
constexpr milliseconds kShort{300};

class Client : public ::testing::Test {
 protected:
  ports::HttpRequest request(const std::string& target = "/") {
    ports::HttpRequest made;
    made.host = "127.0.0.1";
    made.port = server_->port();
    made.target = target;
    made.timeout = kPatient;
    return made;
  }

  void serve(std::string bytes, Then then = Then::keep) {
    server_ = std::make_unique<SocketServer>(
        [this, bytes = std::move(bytes), then](const SocketServer::Request& got) {
          seen_ = got.method + " " + got.target + " " + got.body;
          return SocketServer::Answer{bytes, then};
        },
        SocketServer::Kind::tcp);
  }

  template <class T>
  T run(boost::asio::awaitable<T> task) {
    return testing::run(io_, std::move(task));
  }

  boost::asio::io_context io_;
  std::unique_ptr<ports::HttpClient> client_ = make_http_client(io_.get_executor());
  std::string seen_;  // by the server, whose threads end before it goes
  std::unique_ptr<SocketServer> server_;
};

TEST_F(Client, LooksNamesUp) {
  serve(http_answer(200, "ready", "text/plain"));
  auto named = request();
  named.host = "localhost";
  ASSERT_OK(run(client_->send(named)));
}

// However long the system's resolver takes to say so.
TEST_F(Client, ANameThatNobodyKnowsCostsNoMoreThanItsTimeout) {
  serve("");
  auto unknown = request();
  unknown.host = "nobody.invalid";
  unknown.timeout = kShort;
  const auto begin = steady_clock::now();
  const auto response = run(client_->send(unknown));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().why, HasSubstr("nobody.invalid"));
  EXPECT_LT(steady_clock::now() - begin, kPatient);
}

TEST_F(Client, BringsTheAnswer) {
  serve(http_answer(200, "ready", "text/plain"));
  const auto response = run(client_->send(request("/health")));
  ASSERT_OK(response);
  EXPECT_EQ(response.value().status, 200);
  EXPECT_EQ(response.value().body, "ready");
  EXPECT_EQ(seen_, "GET /health ");
  EXPECT_THAT(response.value().headers, ::testing::Contains(std::pair<std::string, std::string>(
                                            "Content-Type", "text/plain")));
}

TEST_F(Client, SendsABody) {
  serve(http_answer(404, "none"));
  auto post = request("/api/delete");
  post.method = "DELETE";
  post.body = "{\"model\":\"x\"}";
  const auto response = run(client_->send(post));
  ASSERT_OK(response);
  EXPECT_EQ(response.value().status, 404);
  EXPECT_EQ(seen_, "DELETE /api/delete {\"model\":\"x\"}");
}

TEST_F(Client, NamesTheErrnoOfARefusedConnection) {
  serve("");
  auto gone = request();
  server_.reset();
  const auto response = run(client_->send(gone));
  EXPECT_ERROR(response, ErrorCode::kIo);
  EXPECT_THAT(response.error().why, HasSubstr("ECONNREFUSED"));
  EXPECT_ERROR(run(client_->connect("127.0.0.1", gone.port, kPatient)), ErrorCode::kIo);
}

TEST_F(Client, GivesUpAfterItsTimeout) {
  serve("", Then::hold);
  auto soon = request();
  soon.timeout = kShort;
  const auto begin = steady_clock::now();
  EXPECT_ERROR(run(client_->send(soon)), ErrorCode::kTimeout);
  EXPECT_LT(steady_clock::now() - begin, kPatient);
  ASSERT_OK(run(client_->connect("127.0.0.1", server_->port(), kPatient)));
}

TEST_F(Client, CallsWhatIsNotHttpAnInputError) {
  for (const std::string bytes : {"SSH-2.0-OpenSSH\r\n\r\n", "", "HTTP/1.1 200 OK\r\nContent-",
                                  "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"}) {
    serve(bytes, Then::close);
    EXPECT_ERROR(run(client_->send(request())), ErrorCode::kIo);
  }
}

TEST_F(Client, BoundsTheBody) {
  serve(http_answer(200, std::string(5000, 'x')));
  auto small = request();
  small.max_body_bytes = 4999;
  EXPECT_ERROR(run(client_->send(small)), ErrorCode::kIo);
  small.max_body_bytes = 5000;
  ASSERT_OK(run(client_->send(small)));
}

TEST_F(Client, StreamsABodyOfAnyLength) {
  const std::string body(2 << 20, 'x');
  serve(http_answer(200, body));
  std::size_t bytes = 0;
  std::size_t longest = 0;
  const auto measure = [&](std::string_view piece) -> Result<> {
    bytes += piece.size();
    longest = std::max(longest, piece.size());
    return ok();
  };
  const auto response = run(client_->stream(request(), measure));
  ASSERT_OK(response);
  EXPECT_TRUE(response.value().body.empty());
  EXPECT_EQ(bytes, body.size());
  EXPECT_LE(longest, 16U * 1024);
}

TEST_F(Client, BringsTheBodyOfAnErrorInsteadOfStreamingIt) {
  serve(http_answer(500, "broken"));
  const auto never = [](std::string_view) -> Result<> {
    ADD_FAILURE() << "the sink was called";
    return ok();
  };
  const auto response = run(client_->stream(request(), never));
  ASSERT_OK(response);
  EXPECT_EQ(response.value().status, 500);
  EXPECT_EQ(response.value().body, "broken");
}

TEST_F(Client, EndsAStreamWhereTheSinkSaysSo) {
  serve(http_answer(200, "one\ntwo\n"));
  const auto full = [](std::string_view) -> Result<> {
    return Error{ErrorCode::kDiskFull, "no room"};
  };
  EXPECT_ERROR(run(client_->stream(request(), full)), ErrorCode::kDiskFull);
}

TEST_F(Client, IsInterrupted) {
  serve("", Then::hold);
  const auto response = testing::run_and_cancel(io_, client_->send(request()), [] { return true; });
  EXPECT_ERROR(response, ErrorCode::kInterrupted);
}

}  // namespace
}  // namespace aistack::http
