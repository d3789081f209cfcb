#include "operations/install.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/when_all.hpp"
#include "operations/operation.hpp"

namespace aistack::operations {
namespace {

enum class Verb { install, start, restart };

const char* name_of(Verb verb) {
  switch (verb) {
    case Verb::install:
      return "install";
    case Verb::start:
      return "start";
    case Verb::restart:
      return "restart";
  }
  return "install";
}

Result<std::vector<const CatalogEntry*>> find_all(const Context& context,
                                                  const std::vector<std::string>& services) {
  std::vector<const CatalogEntry*> entries;
  for (const auto& service : services) {
    BOOST_OUTCOME_TRY(const auto* entry, context.catalog.find(service));
    if (std::find(entries.begin(), entries.end(), entry) == entries.end()) entries.push_back(entry);
  }
  return entries;
}

// Locks in the order of the names, so that two processes with the same services never wait for
// each other in a circle.
Task<std::map<std::string, Operation>> begin_all(Context& context,
                                                 const std::vector<const CatalogEntry*>& entries,
                                                 Verb verb) {
  std::vector<std::string> names;
  for (const auto* entry : entries) names.push_back(entry->name);
  std::sort(names.begin(), names.end());
  std::map<std::string, Operation> operations;
  for (const auto& name : names) {
    auto operation = co_await Operation::begin(context, name, name_of(verb));
    if (!operation) {
      for (auto& [other, begun] : operations) begun.failed(operation.error());
      co_return std::move(operation).error();
    }
    operations.emplace(name, std::move(operation).value());
  }
  co_return operations;
}

Result<> require_installed(const ServiceView& view) {
  if (view.installed()) return ok();
  return not_installed(view.entry->name);
}

nlohmann::json event_fields(const DeployReport& report) {
  nlohmann::json fields{{"action", to_string(report.action)}};
  if (!report.drifted.empty()) fields["drifted"] = report.drifted;
  if (report.health != domain::Health::none) fields["health"] = to_string(report.health);
  return fields;
}

// The wish is written down before it is carried out; a new installation that came to nothing
// leaves no record.
Task<DeployReport> run_one(Context& context, const CatalogEntry& entry, Verb verb,
                           EngineFacts facts, DeployOptions options) {
  BOOST_OUTCOME_CO_TRY(const auto view, view_of(context, entry, facts.containers));
  const auto before = view.record;
  ServiceRecord record =
      before.value_or(ServiceRecord{.service = entry.name, .installed_at = context.clock.now()});
  if (options.start)
    record.wanted = ServiceRecord::Wanted::running;
  else if (!before && !view.has_container())
    record.wanted = ServiceRecord::Wanted::stopped;
  if (!before || before->wanted != record.wanted) {
    const auto written = write_record(context.state, record);
    if (!written) co_return unchanged(written.error());
  }
  options.restart = verb == Verb::restart;
  auto deployed = co_await deploy(context, entry, std::move(facts), options);
  const bool came_to_nothing =
      !deployed && !before && !view.has_container() && nothing_changed(deployed.error());
  if (came_to_nothing) {
    BOOST_OUTCOME_CO_TRY(remove_record(context.state, entry.name));
  }
  co_return deployed;
}

Task<DeployReport> run_and_report(Context& context, const CatalogEntry& entry, Verb verb,
                                  EngineFacts facts, DeployOptions options, Operation& operation) {
  auto result = co_await run_one(context, entry, verb, std::move(facts), options);
  if (result) {
    operation.completed(event_fields(result.value()));
    context.progress.done(entry.name, std::string{to_string(result.value().action)});
  } else {
    result = with_what(std::move(result).error(),
                       fmt::format("cannot {} {}", name_of(verb), entry.name));
    operation.failed(result.error());
    context.progress.failed(entry.name, result.error().what);
  }
  co_return result;
}

Task<> check_containers(Context& context, const std::vector<const CatalogEntry*>& entries,
                        Verb verb, std::vector<ports::ContainerSummary>& containers) {
  BOOST_OUTCOME_CO_TRY(containers, co_await context.engine.list_containers({}));
  BOOST_OUTCOME_CO_TRY(co_await settle_interrupted(context, entries, containers));
  for (const auto* entry : entries) {
    BOOST_OUTCOME_CO_TRY(const auto view, view_of(context, *entry, containers));
    if (verb != Verb::install) {
      BOOST_OUTCOME_CO_TRY(require_installed(view));
    }
    BOOST_OUTCOME_CO_TRY(preflight(context, *entry, containers));
  }
  co_return ok();
}

Task<EngineFacts> check_all(Context& context, const std::vector<const CatalogEntry*>& entries,
                            Verb verb) {
  EngineFacts facts{.volumes_root = find_volumes_root(context)};
  std::vector<Task<>> checks;
  checks.push_back(ask_gpu(context, entries, facts));
  checks.push_back(check_containers(context, entries, verb, facts.containers));
  auto results = co_await when_all(std::move(checks));
  for (auto& checked : results) {
    BOOST_OUTCOME_CO_TRY(std::move(checked));
  }
  co_return facts;
}

// Generates what is missing; the services' files read it, so they are read again.
Result<> ensure_secrets(Context& context, std::vector<const CatalogEntry*>& entries,
                        const std::vector<std::string>& services) {
  bool generated = false;
  for (const auto* entry : entries) {
    if (entry->spec().secrets.empty()) continue;
    BOOST_OUTCOME_TRY(const bool any, context.secrets.ensure(entry->name, entry->spec().secrets));
    generated |= any;
  }
  if (!generated) return ok();
  BOOST_OUTCOME_TRY(context.reload_catalog());
  BOOST_OUTCOME_TRY(entries, find_all(context, services));
  return ok();
}

Task<EngineFacts> prepare_all(Context& context, std::vector<const CatalogEntry*>& entries,
                              const std::vector<std::string>& services, Verb verb) {
  BOOST_OUTCOME_CO_TRY(auto facts, co_await check_all(context, entries, verb));
  BOOST_OUTCOME_CO_TRY(ensure_secrets(context, entries, services));
  co_return facts;
}

Task<ServiceResults> run_all(Context& context, std::vector<std::string> services, Verb verb,
                             DeployOptions options) {
  auto found = find_all(context, services);
  if (!found) co_return unchanged(std::move(found).error());
  auto entries = std::move(found).value();
  BOOST_OUTCOME_CO_TRY(auto operations, co_await begin_all(context, entries, verb));
  auto facts = co_await prepare_all(context, entries, services, verb);
  if (!facts) {
    auto error = with_what(std::move(facts).error(),
                           fmt::format("cannot {} {}", name_of(verb), fmt::join(services, ", ")));
    error = unchanged(std::move(error));
    for (auto& [name, operation] : operations) operation.failed(error);
    co_return error;
  }
  std::vector<Task<DeployReport>> tasks;
  for (const auto* entry : entries)
    tasks.push_back(
        run_and_report(context, *entry, verb, facts.value(), options, operations.at(entry->name)));
  auto outcomes = co_await when_all(std::move(tasks));
  ServiceResults results;
  for (std::size_t i = 0; i < entries.size(); ++i)
    results.push_back({entries[i]->name, std::move(outcomes[i])});
  co_return results;
}

}  // namespace

Task<ServiceResults> install(Context& context, std::vector<std::string> services,
                             DeployOptions options) {
  return run_all(context, std::move(services), Verb::install, options);
}

Task<ServiceResults> start(Context& context, std::vector<std::string> services,
                           DeployOptions options) {
  return run_all(context, std::move(services), Verb::start, options);
}

Task<ServiceResults> restart(Context& context, std::vector<std::string> services,
                             DeployOptions options) {
  return run_all(context, std::move(services), Verb::restart, options);
}

}  // namespace aistack::operations
