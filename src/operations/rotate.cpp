#include "operations/rotate.hpp"

#include <fmt/format.h>

#include "base/when_all.hpp"
#include "operations/deploy.hpp"
#include "operations/operation.hpp"

namespace aistack::operations {
namespace {

using Outcome = RotateReport::Outcome;

Error no_secrets(const std::string& service) {
  Error error{ErrorCode::kNotFound, "its file asks for none (x-aistack: secrets)"};
  error.what = fmt::format("{} has no secrets that aistack generates", service);
  error.state = kNothingChanged;
  return error;
}

// The container as the file and the secrets are now.
Task<> deploy_now(Context& context, std::string service, DeployOptions options) {
  BOOST_OUTCOME_CO_TRY(context.reload_catalog());
  BOOST_OUTCOME_CO_TRY(const auto* entry, context.catalog.find(service));
  const std::vector<const CatalogEntry*> entries{entry};
  BOOST_OUTCOME_CO_TRY(auto facts, co_await engine_facts(context, entries));
  BOOST_OUTCOME_CO_TRY(co_await settle_interrupted(context, entries, facts.containers));
  BOOST_OUTCOME_CO_TRY(co_await deploy(context, *entry, std::move(facts), options));
  co_return ok();
}

Task<> take_back(Context& context, std::string service, DeployOptions options) {
  BOOST_OUTCOME_CO_TRY(context.secrets.restore_previous(service));
  co_return co_await deploy_now(context, service, options);
}

// Everything that can be refused before something is changed. Gives how to deploy.
Task<DeployOptions> check(Context& context, const CatalogEntry& entry) {
  const std::vector<const CatalogEntry*> entries{&entry};
  BOOST_OUTCOME_CO_TRY(auto facts, co_await engine_facts(context, entries));
  BOOST_OUTCOME_CO_TRY(const auto view, view_of(context, entry, facts.containers));
  if (!view.installed()) co_return not_installed(entry.name);
  BOOST_OUTCOME_CO_TRY(preflight(context, entry, facts.containers));
  DeployOptions options;
  options.start = !view.wanted_stopped();
  options.wait = options.start;
  co_return options;
}

Task<RotateReport> run(Context& context, const CatalogEntry& entry, DeployOptions options) {
  const auto service = entry.name;  // the entry is gone once the catalog is read again
  const auto wanted = entry.spec().secrets;
  RotateReport report{.service = service};
  for (const auto& secret : wanted) report.variables.push_back(secret.variable);
  context.progress.step(service, "making new secrets");
  BOOST_OUTCOME_CO_TRY(context.secrets.rotate(service, wanted));
  auto deployed = co_await deploy_now(context, service, options);
  if (deployed) {
    // One that is green has done so already; this is for a service that stays stopped.
    const auto forgotten = context.secrets.forget_previous(service);
    if (!forgotten)
      context.progress.note(service, "the old secrets are still on disk: " + forgotten.error().why);
    co_return report;
  }
  report.error = std::move(deployed).error();
  report.error->what = fmt::format("cannot rotate the secrets of {}", service);
  context.progress.step(service, "taking the new secrets back");
  auto back = co_await shielded(take_back(context, service, options));
  if (back) {
    report.outcome = Outcome::restored;
    report.error->state = "the previous secrets are back, and the service with them";
    co_return report;
  }
  report.outcome = Outcome::not_restored;
  report.error->state =
      fmt::format("the service does not run with its previous secrets: {}", back.error().why);
  report.error->next = {fmt::format("aistack start {}", service),
                        fmt::format("aistack logs {} 50", service)};
  co_return report;
}

void write_outcome(Context& context, Operation& operation, const RotateReport& report) {
  if (report.outcome == Outcome::rotated) {
    operation.completed({{"variables", report.variables}});
    context.progress.done(report.service, "secrets rotated");
    return;
  }
  operation.failed(*report.error);
  context.progress.failed(report.service, report.error->what);
}

}  // namespace

Task<RotateReport> rotate_secrets(Context& context, std::string service) {
  BOOST_OUTCOME_CO_TRY(const auto* entry, context.catalog.find(service));
  if (entry->spec().secrets.empty()) co_return no_secrets(service);
  BOOST_OUTCOME_CO_TRY(auto operation, co_await Operation::begin(context, service, "rotate"));
  auto options = co_await check(context, *entry);
  Result<RotateReport> report = Error{};
  if (options)
    report = co_await run(context, *entry, options.value());
  else
    report = options.error();
  if (report) {
    write_outcome(context, operation, report.value());
    co_return report;
  }
  auto error =
      with_what(std::move(report).error(), fmt::format("cannot rotate the secrets of {}", service));
  error = unchanged(std::move(error));
  operation.failed(error);
  context.progress.failed(service, error.what);
  co_return error;
}

}  // namespace aistack::operations
