#include "operations/health.hpp"

namespace aistack::operations {
namespace {

constexpr auto kDocument = "health_report.json";

std::string_view to_string(domain::Probe::Outcome outcome) {
  switch (outcome) {
    case domain::Probe::Outcome::not_tried:
      return "not_tried";
    case domain::Probe::Outcome::answered:
      return "answered";
    case domain::Probe::Outcome::failed:
      return "failed";
    case domain::Probe::Outcome::timed_out:
      return "timed_out";
  }
  return "not_tried";
}

nlohmann::ordered_json to_json(const ServiceStatus& service) {
  const auto& seen = service.seen;
  nlohmann::ordered_json probe{{"outcome", to_string(seen.probe.outcome)},
                               {"target", seen.probe.target},
                               {"status", seen.probe.status},
                               {"took_ms", seen.probe.took.count()},
                               {"error", seen.probe.error}};
  return {{"service", service.name},
          {"state", to_string(service.state)},
          {"health", to_string(service.verdict.health)},
          {"reason", service.verdict.reason},
          {"container", service.container},
          {"image", service.image},
          {"probe", std::move(probe)},
          {"restart_count", seen.restart_count},
          {"working", seen.working},
          {"gpu_lost", seen.gpu_lost},
          {"gpu_dropped", service.gpu_dropped}};
}

}  // namespace

Task<HealthReport> health(Context& context) {
  HealthReport report{.at = context.clock.now()};
  BOOST_OUTCOME_CO_TRY(report.status, co_await status(context, Look::close));
  BOOST_OUTCOME_CO_TRY(auto info, co_await context.engine.info());
  report.engine_gpu = info.gpu;
  report.runtimes = std::move(info.runtimes);
  co_return report;
}

nlohmann::ordered_json to_json(const HealthReport& report) {
  auto services = nlohmann::ordered_json::array();
  for (const auto& service : report.status.services) services.push_back(to_json(service));
  return {{"at", to_iso8601(report.at)},
          {"healthy", report.status.all_green()},
          {"services", std::move(services)},
          {"gpu", {{"engine_offers_gpu", report.engine_gpu}, {"runtimes", report.runtimes}}},
          {"notes", report.status.notes}};
}

Result<std::string> save(Context& context, const HealthReport& report) {
  BOOST_OUTCOME_TRY(context.state.write(kDocument, to_json(report)));
  return context.state.path(kDocument);
}

}  // namespace aistack::operations
