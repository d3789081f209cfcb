#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>

#include "adapters/http/client.hpp"
#include "adapters/posix/clock.hpp"
#include "adapters/posix/host.hpp"
#include "adapters/posix/service_locks.hpp"
#include "support/check.hpp"
#include "support/fake_host.hpp"
#include "support/fake_http.hpp"
#include "support/socket_server.hpp"
#include "support/temporary_directory.hpp"

// The contracts of Clock, ServiceLocks, Host and HttpClient, held against the fakes and the real
// ones.
namespace aistack::testing {
namespace {

namespace posix = adapters::posix;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Machine : public ::testing::TestWithParam<const char*> {
 protected:
  Machine() : fake_clock_(io_) {
    if (is_fake()) {
      locks_ = std::make_unique<FakeLocks>(io_, fake_clock_);
      host_ = std::make_unique<FakeHost>();
      http_ = std::make_unique<FakeHttp>(io_, fake_clock_);
      return;
    }
    std::filesystem::create_directories(root_);
    clock_ = posix::make_clock();
    locks_ = posix::make_service_locks(root_ / "locks", *clock_);
    host_ = posix::make_host();
    http_ = http::make_http_client(io_.get_executor());
  }

  bool is_fake() const { return std::string_view(GetParam()) == "fake"; }
  template <class T>
  T run(boost::asio::awaitable<T> task) {
    if (is_fake()) return run_virtual(io_, fake_clock_, std::move(task));
    return testing::run(io_, std::move(task));
  }

  // Somebody who answers `body` with `status` at the port that it gives.
  int serve(int status, const std::string& body) {
    if (auto* fake = dynamic_cast<FakeHttp*>(http_.get()); fake != nullptr) {
      fake->servers[{"127.0.0.1", 9999}] = [=](const ports::HttpRequest&) {
        return ports::HttpResponse{status, {}, body};
      };
      return 9999;
    }
    server_ = std::make_unique<SocketServer>(
        [=](const SocketServer::Request&) {
          return SocketServer::Answer{http_answer(status, body)};
        },
        SocketServer::Kind::tcp);
    return server_->port();
  }

  const TemporaryDirectory temporary_;
  const std::filesystem::path root_ = temporary_ / "root";
  boost::asio::io_context io_;
  FakeClock fake_clock_;
  std::unique_ptr<SocketServer> server_;
  std::unique_ptr<ports::Clock> clock_;
  std::unique_ptr<ports::ServiceLocks> locks_;
  std::unique_ptr<ports::Host> host_;
  std::unique_ptr<ports::HttpClient> http_;
};

INSTANTIATE_TEST_SUITE_P(Of, Machine, ::testing::Values("fake", "posix"),
                         [](const auto& subject) { return subject.param; });

TEST_P(Machine, SleepsAndIsWokenByAnInterrupt) {
  auto& clock = is_fake() ? static_cast<ports::Clock&>(fake_clock_) : *clock_;
  const auto before = clock.steady_now();
  ASSERT_OK(run(clock.sleep(milliseconds(30))));
  EXPECT_GE(clock.steady_now() - before, milliseconds(30));
  const auto cancelled =
      run_and_cancel(io_, clock.sleep(std::chrono::hours(1)), [] { return true; });
  EXPECT_ERROR(cancelled, ErrorCode::kInterrupted);
}

TEST_P(Machine, LetsOneHoldALockAtATime) {
  auto first = run(locks_->acquire("ollama", "install", seconds(0)));
  ASSERT_OK(first);
  const auto refused = run(locks_->acquire("ollama", "remove", seconds(0)));
  EXPECT_ERROR(refused, ErrorCode::kLocked);
  EXPECT_THAT(refused.error().why, ::testing::HasSubstr("install"));
  EXPECT_ERROR(run(locks_->acquire("ollama", "remove", milliseconds(50))), ErrorCode::kLocked);
  auto other = run(locks_->acquire("openwebui", "install", seconds(0)));
  ASSERT_OK(other);
  first.value().reset();
  ASSERT_OK(run(locks_->acquire("ollama", "remove", seconds(0))));
}

TEST_P(Machine, MakesMeasuresAndRemovesTrees) {
  const auto top = is_fake() ? std::filesystem::path("/srv/data") : root_ / "data";
  ASSERT_OK(host_->make_directory(top / "a" / "b"));
  ASSERT_OK(host_->make_directory(top / "a" / "b"));
  const auto empty = host_->tree_bytes(top);
  ASSERT_OK(empty);
  ASSERT_OK(host_->remove_tree(top));
  ASSERT_OK(host_->remove_tree(top));
  const auto gone = host_->tree_bytes(top);
  ASSERT_OK(gone);
  EXPECT_EQ(gone.value(), 0U);
  const auto space = host_->disk_space(top / "not" / "there");
  ASSERT_OK(space);
  EXPECT_GT(space.value().total_bytes, 0U);
  EXPECT_LE(space.value().free_bytes, space.value().total_bytes);
}

TEST_P(Machine, KnowsWhoHoldsAPort) {
  const auto port = serve(200, "ok");
  if (auto* fake = dynamic_cast<FakeHost*>(host_.get()); fake != nullptr)
    fake->holders[port] = {::getpid(), "contract", "127.0.0.1:9999"};
  const auto holder = host_->port_holder("127.0.0.1", port, "tcp");
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->pid, ::getpid());
  EXPECT_FALSE(host_->port_holder("127.0.0.1", 1, "tcp"));
}

TEST_P(Machine, AsksServicesOverHttp) {
  ports::HttpRequest request{.host = "127.0.0.1", .port = serve(404, "none")};
  const auto missing = run(http_->send(request));
  ASSERT_OK(missing);
  EXPECT_EQ(missing.value().status, 404);
  EXPECT_EQ(missing.value().body, "none");

  request.port = serve(200, "one\ntwo\n");
  ASSERT_OK(run(http_->connect("127.0.0.1", request.port, seconds(1))));
  std::string streamed;
  const auto keep = [&streamed](std::string_view piece) -> Result<> {
    streamed.append(piece);
    return ok();
  };
  const auto response = run(http_->stream(request, keep));
  ASSERT_OK(response);
  EXPECT_EQ(response.value().status, 200);
  EXPECT_TRUE(response.value().body.empty());
  EXPECT_EQ(streamed, "one\ntwo\n");

  request.port = 1;
  const auto refused = run(http_->send(request));
  EXPECT_ERROR(refused, ErrorCode::kIo);
  EXPECT_THAT(refused.error().why, ::testing::HasSubstr("ECONNREFUSED"));
  EXPECT_ERROR(run(http_->connect("127.0.0.1", 1, seconds(1))), ErrorCode::kIo);
}

}  // namespace
}  // namespace aistack::testing
