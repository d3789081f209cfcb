#include "operations/evidence.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace aistack::operations {

std::string exit_text(const ports::ContainerDetails& details) {
  if (!details.error.empty()) return printable(details.error);
  // With the new run the engine has forgotten how the last one ended: it says 0.
  if (details.state == ports::ContainerState::running) return "the engine has started it again";
  return fmt::format("exit code {}{}", details.exit_code,
                     details.out_of_memory ? ": out of memory" : "");
}

boost::asio::awaitable<std::string> last_words(Context& context, std::string container,
                                               std::uint64_t lines) {
  constexpr std::size_t kLongestLine = 300;
  std::string words;
  const ports::LogQuery query{.tail = lines};
  const ports::LogSink sink = [&](ports::LogLine line) -> Result<> {
    words += "\n" + printable(line.text, kLongestLine);
    return ok();
  };
  static_cast<void>(co_await context.engine.logs(std::move(container), query, sink));
  co_return words;
}

}  // namespace aistack::operations
