#include "cli/dispatch.hpp"

#include <fmt/format.h>

#include <cstring>

#include "cli/render/error.hpp"

namespace aistack::cli {
namespace {

int report(Session& session, const Error& error) {
  print_error(session.output, error, session.options.json);
  return exit_code(error.code);
}

}  // namespace

Task<int> dispatch(Session& session, const Invocation& invocation) {
  if (session.options.no_color) session.output.forbid_color();
  const auto result = co_await invocation.command->run(session, invocation.arguments);
  const int code = result ? result.value() : report(session, result.error());
  session.output.flush();
  if (session.output.failure() != 0) {
    const int number = session.output.failure();
    const Error error{ErrorCode::kIo,
                      fmt::format("{}: {}", strerrorname_np(number), strerrordesc_np(number)),
                      "cannot write to standard output",
                      {},
                      {}};
    session.output.testify(error);
    session.output.error(error_text(error, false), Priority::error);
    co_return kExitFailed;
  }
  co_return code;
}

}  // namespace aistack::cli
