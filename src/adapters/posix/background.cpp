#include "adapters/posix/background.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <atomic>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <system_error>
#include <thread>

#include "adapters/posix/files.hpp"
#include "adapters/posix/host.hpp"
#include "adapters/posix/state_store.hpp"

namespace aistack::adapters::posix {
namespace {

namespace asio = boost::asio;

// What the thread and the one who waits share: whoever ends last frees it.
struct Job {
  std::unique_ptr<ports::Host> host = make_host();
  std::unique_ptr<ports::StateStore> state;
  std::function<void(ports::Machine&)> work;
  std::atomic<bool> done = false;
  Fd ended;  // an eventfd: the thread touches nothing of the io_context's
};

void carry_out(const std::shared_ptr<Job>& job) {
  ports::Machine machine{*job->host, *job->state};
  job->work(machine);
  job->done.store(true, std::memory_order_release);
  static_cast<void>(::eventfd_write(job->ended.get(), 1));
}

class ThreadBackground final : public ports::Background {
 public:
  ThreadBackground(asio::any_io_executor executor, std::filesystem::path state)
      : executor_(std::move(executor)), state_(std::move(state)) {}

  Task<> run(std::function<void(ports::Machine&)> work) override {
    const auto job = std::make_shared<Job>();
    job->state = make_state_store(state_);
    job->work = std::move(work);
    job->ended = Fd{::eventfd(0, EFD_CLOEXEC)};
    if (!job->ended) co_return Error{ErrorCode::kIo, "eventfd: " + errno_text(errno)};
    const int copy = ::fcntl(job->ended.get(), F_DUPFD_CLOEXEC, 0);
    if (copy < 0) co_return Error{ErrorCode::kIo, "eventfd: " + errno_text(errno)};
    asio::posix::stream_descriptor ended{executor_, copy};
    try {
      std::thread{carry_out, job}.detach();
    } catch (const std::system_error& error) {
      co_return Error{ErrorCode::kIo, std::string{"no thread: "} + error.what()};
    }
    boost::system::error_code error;
    co_await ended.async_wait(asio::posix::stream_descriptor::wait_read,
                              asio::redirect_error(asio::use_awaitable, error));
    if (job->done.load(std::memory_order_acquire)) co_return ok();
    if (error == asio::error::operation_aborted)
      co_return Error{ErrorCode::kInterrupted, "interrupted"};
    co_return Error{ErrorCode::kIo, "eventfd: " + error.message()};
  }

 private:
  asio::any_io_executor executor_;
  std::filesystem::path state_;
};

}  // namespace

std::unique_ptr<ports::Background> make_background(asio::any_io_executor executor,
                                                   std::filesystem::path state) {
  return std::make_unique<ThreadBackground>(std::move(executor), std::move(state));
}

}  // namespace aistack::adapters::posix
