#include "operations/repair.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "operations/images.hpp"
#include "operations/operation.hpp"
#include "operations/resources.hpp"
#include "operations/soak.hpp"

namespace aistack::operations {
namespace {

using Outcome = RepairReport::Outcome;

constexpr std::uint64_t kEvidenceLines = 100;
constexpr std::size_t kLongestLine = 1000;
// Less than this is a full disk to every program that writes.
constexpr std::uint64_t kLeastFree = 64 << 20;

bool mentions(const std::string& text, std::string_view word) {
  return text.find(word) != std::string::npos;
}

bool any_line(const Evidence& evidence, std::string_view word) {
  return std::any_of(evidence.last_lines.begin(), evidence.last_lines.end(),
                     [&](const auto& line) { return mentions(line, word); });
}

Task<std::vector<std::string>> last_lines(Context& context, std::string container) {
  std::vector<std::string> lines;
  const ports::LogQuery query{.tail = kEvidenceLines};
  const ports::LogSink sink = [&](ports::LogLine line) -> Result<> {
    lines.push_back(printable(line.text, kLongestLine));
    return ok();
  };
  BOOST_OUTCOME_CO_TRY(co_await context.engine.logs(std::move(container), query, sink));
  co_return lines;
}

Task<std::optional<std::string>> missing_network(Context& context, const CatalogEntry& entry) {
  for (const auto& key : entry.project.network_keys) {
    const auto name = compose::network_spec(entry.project, key).name;
    BOOST_OUTCOME_CO_TRY(const auto found, co_await context.engine.inspect_network(name));
    if (!found) co_return std::optional{name};
  }
  co_return std::nullopt;
}

Task<Evidence> gather(Context& context, const ServiceView& view, const EngineFacts& facts) {
  Evidence evidence;
  const auto health = co_await observe(context, view, Look::close);
  evidence.verdict = health.verdict;
  evidence.seen = health.seen;
  const auto& entry = *view.entry;
  const auto& main = view.main();
  BOOST_OUTCOME_CO_TRY(evidence.missing_network, co_await missing_network(context, entry));
  const auto reference = effective_image(context, entry, *main.service);
  BOOST_OUTCOME_CO_TRY(const auto image, co_await context.engine.inspect_image(reference));
  evidence.image_missing = !image;
  const auto checked = preflight(context, entry, facts.containers);
  if (!checked && checked.error().code == ErrorCode::kPortInUse) evidence.port = checked.error();
  if (const auto space = context.host.disk_space(context.volumes_root); space)
    evidence.free_bytes = space.value().free_bytes;
  // A container that never started has no log: that is no failure of the repair.
  if (main.container)
    if (auto lines = co_await last_lines(context, main.container->id); lines)
      evidence.last_lines = std::move(lines).value();
  co_return evidence;
}

Result<std::string> save(Context& context, const std::string& service, const std::string& operation,
                         const Evidence& evidence, const std::vector<Cause>& causes) {
  auto names = nlohmann::json::array();
  for (const auto cause : causes) names.push_back(to_string(cause));
  const auto& seen = evidence.seen;
  nlohmann::json document{{"service", service},
                          {"operation", operation},
                          {"at", to_iso8601(context.clock.now())},
                          {"health", domain::to_string(evidence.verdict.health)},
                          {"reason", evidence.verdict.reason},
                          {"causes", std::move(names)},
                          {"exit_code", seen.exit_code},
                          {"out_of_memory", seen.out_of_memory},
                          {"restart_count", seen.restart_count},
                          {"engine_error", printable(seen.engine_error)},
                          {"free_bytes", nullptr},
                          {"last_lines", evidence.last_lines}};
  if (evidence.free_bytes) document["free_bytes"] = *evidence.free_bytes;
  const auto name = service + "_repair.json";
  BOOST_OUTCOME_TRY(context.state.write(name, std::move(document)));
  return context.state.path(name);
}

std::vector<std::string> steps_for(const CatalogEntry& entry, const Evidence& evidence) {
  std::vector<std::string> steps;
  if (evidence.missing_network) steps.push_back("create the network " + *evidence.missing_network);
  if (evidence.image_missing) steps.emplace_back("pull the image");
  for (const auto& service : entry.project.services)
    steps.push_back(
        fmt::format("replace the container {}, keeping its volumes", service.container_name));
  steps.emplace_back("start, and wait for green");
  return steps;
}

// The entry with all of its secrets: its file names an env file that may just have been written.
Result<const CatalogEntry*> with_secrets(Context& context, const CatalogEntry& entry) {
  if (entry.spec().secrets.empty()) return &entry;
  const auto name = entry.name;
  BOOST_OUTCOME_TRY(const bool generated, context.secrets.ensure(name, entry.spec().secrets));
  if (!generated) return &entry;
  BOOST_OUTCOME_TRY(context.reload_catalog());
  return context.catalog.find(name);
}

// One that ended by itself may do so again a moment after it was green.
bool ended_by_itself(const domain::Observations& seen) {
  return seen.restart_count > 0 || seen.phase == domain::ContainerPhase::stopped ||
         seen.phase == domain::ContainerPhase::restarting;
}

// `entry` may be void afterwards.
Task<> recreate(Context& context, const CatalogEntry& entry, EngineFacts facts,
                const Evidence& evidence, RepairReport& report) {
  // A network that is gone keeps an old container from starting, but not from being replaced.
  BOOST_OUTCOME_CO_TRY(preflight(context, entry, facts.containers));
  BOOST_OUTCOME_CO_TRY(const auto* complete, with_secrets(context, entry));
  DeployOptions options;
  options.recreate = true;
  BOOST_OUTCOME_CO_TRY(const auto deployed,
                       co_await deploy(context, *complete, std::move(facts), options));
  if (ended_by_itself(evidence.seen)) {
    const auto duration = context.settings.updates.soak;
    context.progress.step(complete->name,
                          fmt::format("green, watching it for {}", to_short(duration)));
    auto stays = co_await soak(context, *complete, duration);
    if (!stays)
      co_return with_state(std::move(stays).error(),
                           "the new container is left as it is, to be looked at");
  }
  report.health = deployed.health;
  report.health_reason = deployed.health_reason;
  report.outcome = Outcome::repaired;
  co_return ok();
}

Task<RepairReport> examine_and_repair(Context& context, const CatalogEntry& entry, DryRun dry_run,
                                      Operation& operation) {
  const std::vector<const CatalogEntry*> entries{&entry};
  BOOST_OUTCOME_CO_TRY(auto facts, co_await engine_facts(context, entries));
  BOOST_OUTCOME_CO_TRY(co_await settle_interrupted(context, entries, facts.containers));
  BOOST_OUTCOME_CO_TRY(const auto view, view_of(context, entry, facts.containers));
  if (!view.installed()) co_return not_installed(entry.name);
  BOOST_OUTCOME_CO_TRY(const auto evidence, co_await gather(context, view, facts));
  RepairReport report{.service = entry.name, .before = evidence.verdict};
  report.health = evidence.verdict.health;
  if (evidence.verdict.health == domain::Health::green) co_return report;
  if (evidence.verdict.health == domain::Health::none) {
    report.outcome = Outcome::stopped;
    co_return report;
  }
  report.causes = causes_of(evidence);
  report.steps = steps_for(entry, evidence);
  if (dry_run == DryRun::yes) {
    report.outcome = Outcome::planned;
    co_return report;
  }
  context.progress.step(entry.name, "saving the evidence");
  BOOST_OUTCOME_CO_TRY(report.evidence_file,
                       save(context, entry.name, operation.id(), evidence, report.causes));
  BOOST_OUTCOME_CO_TRY(co_await recreate(context, entry, std::move(facts), evidence, report));
  co_return report;
}

nlohmann::json event_fields(const RepairReport& report) {
  std::vector<std::string> causes;
  for (const auto cause : report.causes) causes.emplace_back(to_string(cause));
  return {{"before", domain::to_string(report.before.health)},
          {"reason", report.before.reason},
          {"causes", join(causes, ", ")},
          {"health", domain::to_string(report.health)}};
}

}  // namespace

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::unknown:
      return "";
    case Cause::port_taken:
      return "a port that it publishes is taken";
    case Cause::out_of_memory:
      return "it ran out of memory";
    case Cause::disk_full:
      return "the disk is full";
    case Cause::image_missing:
      return "its image is no longer in the engine";
    case Cause::network_deleted:
      return "its network was deleted";
    case Cause::gpu_lost:
      return "its container lost the GPU (suspend, or systemctl daemon-reload)";
    case Cause::container_missing:
      return "its container was removed";
  }
  return "";
}

std::vector<Cause> causes_of(const Evidence& evidence) {
  const auto& seen = evidence.seen;
  std::vector<Cause> causes;
  const auto add = [&](bool found, Cause cause) {
    if (found) causes.push_back(cause);
  };
  add(evidence.port.has_value(), Cause::port_taken);
  add(seen.out_of_memory, Cause::out_of_memory);
  add((evidence.free_bytes && *evidence.free_bytes < kLeastFree) ||
          any_line(evidence, "No space left on device") ||
          mentions(seen.engine_error, "no space left on device"),
      Cause::disk_full);
  add(evidence.missing_network.has_value(), Cause::network_deleted);
  add(seen.gpu_lost, Cause::gpu_lost);
  add(evidence.image_missing, Cause::image_missing);
  add(seen.phase == domain::ContainerPhase::absent, Cause::container_missing);
  return causes;
}

Task<RepairReport> repair(Context& context, std::string service, DryRun dry_run) {
  BOOST_OUTCOME_CO_TRY(const auto* entry, context.catalog.find(service));
  BOOST_OUTCOME_CO_TRY(auto operation, co_await Operation::begin(context, service, "repair"));
  auto report = co_await examine_and_repair(context, *entry, dry_run, operation);
  if (report) {
    operation.completed(event_fields(report.value()));
    co_return report;
  }
  auto error = with_what(std::move(report).error(), fmt::format("cannot repair {}", service));
  error = with_state(std::move(error), "the container is as it was");
  operation.failed(error);
  context.progress.failed(service, error.what);
  co_return error;
}

}  // namespace aistack::operations
