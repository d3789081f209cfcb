#include "operations/activity.hpp"

namespace aistack::operations {
namespace {

constexpr double kLeastCpu = 0.01;             // cores
constexpr double kLeastNetwork = 16 * 1024.0;  // bytes a second

}  // namespace

boost::asio::awaitable<std::optional<Activity>> measure_activity(Context& context,
                                                                 std::string container) {
  const auto stats = co_await context.engine.container_stats(container);
  if (!stats) co_return std::nullopt;
  Activity activity{
      .at = context.clock.steady_now(),
      .cpu_ns = stats.value().cpu_total_ns,
      .network_bytes = stats.value().network_received_bytes + stats.value().network_sent_bytes};
  const ports::LogQuery last{.tail = 1};
  const ports::LogSink sink = [&](ports::LogLine line) -> Result<> {
    activity.last_line = line.time;
    return ok();
  };
  static_cast<void>(co_await context.engine.logs(container, last, sink));
  co_return activity;
}

bool is_working(const Activity& before, const Activity& after, bool answers) {
  const auto seconds = std::chrono::duration<double>(after.at - before.at).count();
  // A counter that went back is that of another run of the container.
  if (seconds <= 0 || after.cpu_ns < before.cpu_ns) return true;
  const auto cpu = static_cast<double>(after.cpu_ns - before.cpu_ns) / 1e9 / seconds;
  const auto network =
      after.network_bytes > before.network_bytes
          ? static_cast<double>(after.network_bytes - before.network_bytes) / seconds
          : 0.0;
  if (cpu >= kLeastCpu) return true;
  return !answers && (network >= kLeastNetwork || after.last_line != before.last_line);
}

}  // namespace aistack::operations
