#include "operations/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/open_to_look.hpp"
#include "cli/render/error.hpp"
#include "cli/render/json.hpp"
#include "cli/render/table.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

using operations::ServiceStatus;
using operations::StatusReport;

bool is_v6(const ports::PublishedPort& port) {
  return port.host_ip.find(':') != std::string::npos;
}

// Where a browser or a client finds it; IPv6 twins of an IPv4 port are left out.
std::vector<std::string> addresses(const ServiceStatus& service) {
  std::vector<std::string> found;
  for (const auto& port : service.ports) {
    const auto is_twin = [&](const auto& other) {
      return !is_v6(other) && other.host_port == port.host_port && other.protocol == port.protocol;
    };
    if (is_v6(port) && std::any_of(service.ports.begin(), service.ports.end(), is_twin)) continue;
    const auto any = port.host_ip.empty() ? "0.0.0.0" : port.host_ip;
    const auto host = is_v6(port) ? fmt::format("[{}]", port.host_ip) : any;
    found.push_back(fmt::format("{}:{}", host, port.host_port) +
                    (port.protocol == "tcp" ? "" : "/" + port.protocol));
  }
  return found;
}

std::string table(const StatusReport& report, const Output::Terminal& terminal) {
  Table rows{{{"SERVICE", Table::Align::left, std::nullopt},
              {"STATE", Table::Align::left, std::nullopt},
              {"HEALTH", Table::Align::left, std::nullopt},
              {"ADDRESS"},
              {"IMAGE"}}};
  for (const auto& service : report.services) {
    const auto health = std::string{to_string(service.verdict.health)};
    rows.add({service.name, std::string{to_string(service.state)},
              Table::Cell{health, health_style(health)},
              fmt::format("{}", fmt::join(addresses(service), " ")), service.image});
  }
  const auto width = terminal.is_terminal ? std::optional{terminal.width} : std::nullopt;
  auto text = rows.render(width, terminal.color);
  for (const auto& service : report.services)
    if (!service.verdict.reason.empty())
      text += fmt::format("  {}: {}\n", service.name, service.verdict.reason);
  return text;
}

std::string gpu_lock(const StatusReport& report, Time now) {
  if (!report.gpu_lock) return "GPU Lock\n  holder: none\n";
  const auto& lock = *report.gpu_lock;
  auto text = fmt::format("GPU Lock\n  holder: {}", lock.holder);
  if (lock.pid != 0) text += fmt::format(" (pid {})", lock.pid);
  text += '\n';
  if (lock.since)
    text +=
        fmt::format("  since:  {} ({})\n", to_iso8601(*lock.since), to_short(now - *lock.since));
  return text;
}

std::string text(const StatusReport& report, const Output::Terminal& terminal, Time now) {
  if (report.services.empty()) return "No services installed\n";
  return table(report, terminal) + "\n" + gpu_lock(report, now);
}

nlohmann::ordered_json json(const StatusReport& report) {
  auto services = nlohmann::ordered_json::array();
  for (const auto& service : report.services)
    services.push_back({{"service", service.name},
                        {"title", service.title},
                        {"state", to_string(service.state)},
                        {"health", to_string(service.verdict.health)},
                        {"reason", service.verdict.reason},
                        {"container", service.container},
                        {"image", service.image},
                        {"addresses", addresses(service)},
                        {"gpu_dropped", service.gpu_dropped}});
  nlohmann::ordered_json lock;  // null: nobody holds it
  if (report.gpu_lock) {
    lock = {{"holder", report.gpu_lock->holder}, {"pid", report.gpu_lock->pid}};
    if (report.gpu_lock->since) lock["since"] = to_iso8601(*report.gpu_lock->since);
  }
  return {
      {"services", std::move(services)}, {"gpu_lock", std::move(lock)}, {"notes", report.notes}};
}

void print(Session& session, const StatusReport& report, Time now) {
  for (const auto& note : report.notes) print_note(session.output, note, session.options.quiet);
  if (session.options.json)
    print_json(session.output, json(report));
  else
    session.output.write(text(report, session.output.terminal(Stream::out), now));
}

Task<int> watch(Session& session, operations::Context& context) {
  constexpr auto kHomeAndClear = "\x1b[H\x1b[2J";
  while (!session.output.broken()) {
    auto report = co_await operations::status(context);
    const bool interrupted = !report && report.error().code == ErrorCode::kInterrupted;
    if (interrupted) co_return kExitInterrupted;
    if (session.options.json) {
      if (report)
        print_json_line(session.output, json(report.value()));
      else
        print_json_line(session.output, error_json(session.output, report.error()));
    } else {
      if (session.output.terminal(Stream::out).is_terminal) session.output.write(kHomeAndClear);
      // An engine that is away for a moment is something to watch, not to end for.
      if (report)
        print(session, report.value(), context.clock.now());
      else
        print_error(session.output, report.error(), false);
    }
    session.output.flush();
    const auto slept = co_await context.clock.sleep(std::chrono::seconds{2});
    if (!slept) co_return kExitInterrupted;
  }
  co_return kExitDone;
}

Task<int> run_status(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(auto* context, open_to_look(session));
  if (arguments.flag("--watch")) co_return co_await watch(session, *context);
  BOOST_OUTCOME_CO_TRY(const auto report, co_await operations::status(*context));
  print(session, report, context->clock.now());
  co_return arguments.flag("--exit-code") && !report.all_green() ? kExitNotHealthy : kExitDone;
}

}  // namespace

Command status_command() {
  return {.name = "status",
          .group = group::kServices,
          .help = "Show installed services, their state and health, and the GPU lock",
          .arguments =
              {flag("--watch", "Show it again every two seconds until Ctrl-C").with_short("-w"),
               flag("--exit-code", "Exit with 6 if a service is yellow or red")},
          .run = run_status};
}

}  // namespace aistack::cli
