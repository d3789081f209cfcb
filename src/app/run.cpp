#include "app/run.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <map>
#include <string>

#include "app/interrupts.hpp"
#include "app/wiring.hpp"
#include "cli/command_table.hpp"
#include "cli/dispatch.hpp"
#include "cli/output.hpp"
#include "cli/parse.hpp"
#include "cli/render/error.hpp"

namespace aistack::app {
namespace {

// A standard stream that is closed (`2>&-`) would be the number of the next file that is opened,
// and what is meant for the stream would go there. Ascending: `open` gives the lowest free number.
// For reading only: an answer that nobody can get is a failure, not a success.
void open_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", O_RDONLY);
}

std::map<std::string, std::string> read_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text{*entry};
    const auto equals = text.find('=');
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

// The command, seeing a Ctrl-C as an error of the wait that it interrupts and not as an exception:
// what must be undone can then still wait for the engine.
boost::asio::awaitable<int> command(cli::Session& session, const cli::Invocation& invocation) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const auto code = co_await cli::dispatch(session, invocation);
  co_return code.value();
}

Error bug(const std::exception& exception) {
  Error error{ErrorCode::kInternal, exception.what()};
  error.what = "aistack has a bug, and this command ran into it";
  error.next = {"report it with the output of: aistack version"};
  return error;
}

cli::CommandLog::About about(const cli::Invocation& invocation,
                             const std::vector<std::string>& words) {
  const auto& command = *invocation.command;
  const auto effect = command.effect;
  return {.effect = effect == nullptr ? cli::Effect::reads : effect(invocation.arguments),
          .command = cli::command_text(command, invocation.arguments, words)};
}

int run_command(const cli::Invocation& invocation, const std::vector<std::string>& words,
                cli::Output& output, std::map<std::string, std::string> environment) {
  boost::asio::io_context io{1};
  Wiring wiring{io.get_executor(), output, invocation.options, std::move(environment),
                about(invocation, words)};
  auto session = wiring.session();
  Interrupts interrupts{io, output};
  int exit_code = 1;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, command(session, invocation),
                        boost::asio::bind_cancellation_slot(
                            interrupts.slot(), [&](std::exception_ptr exception, int code) {
                              failure = std::move(exception);
                              exit_code = code;
                              interrupts.stop();
                            }));
  io.run();
  if (!failure) {
    wiring.finish(exit_code);
    return exit_code;
  }
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& exception) {
    wiring.fail(bug(exception));
    throw;
  }
}

}  // namespace

int run(int argc, char** argv) {
  open_standard_streams();
  signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of the write (see cli::Output)
  auto environment = read_environment();
  cli::Output output{STDOUT_FILENO, STDERR_FILENO, environment};
  const std::vector<std::string> words{argv + (argc > 0 ? 1 : 0), argv + argc};
  try {
    const auto invocation = cli::parse(words, cli::command_table());
    if (!invocation) {
      cli::print_error(output, invocation.error(), cli::guess_options(words).json);
      return cli::exit_code(invocation.error().code);
    }
    if (invocation.value().options.no_color) output.forbid_color();
    return run_command(invocation.value(), words, output, std::move(environment));
  } catch (const std::exception& exception) {
    const auto error = bug(exception);
    cli::print_error(output, error, cli::guess_options(words).json);
    return cli::exit_code(error.code);
  }
}

}  // namespace aistack::app
