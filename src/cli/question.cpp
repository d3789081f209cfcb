#include "cli/question.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>

#include "base/text.hpp"

namespace aistack::cli {

namespace asio = boost::asio;

bool can_ask(const Output& output) {
  return ::isatty(STDIN_FILENO) == 1 && output.terminal(Stream::err).is_terminal;
}

Task<std::string> ask(Output& output, std::string question) {
  output.error(question);
  // A descriptor of its own: closing it leaves standard input as it is.
  const int copy = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) co_return Error{ErrorCode::kIo, std::string{"stdin: "} + std::strerror(errno)};
  asio::posix::stream_descriptor input{co_await asio::this_coro::executor, copy};
  std::string line;
  while (line.find('\n') == std::string::npos) {
    boost::system::error_code error;
    co_await input.async_wait(asio::posix::stream_descriptor::wait_read,
                              asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted)
      co_return Error{ErrorCode::kInterrupted, "interrupted"};
    if (error) co_return Error{ErrorCode::kIo, "stdin: " + error.message()};
    std::array<char, 256> block;
    const auto got = ::read(copy, block.data(), block.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) break;
    line.append(block.data(), static_cast<std::size_t>(got));
  }
  co_return std::string{trim(line.substr(0, line.find('\n')))};
}

}  // namespace aistack::cli
