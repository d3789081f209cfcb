#include "operations/install.hpp"

#include "cli/commands/commands.hpp"
#include "cli/commands/services.hpp"
#include "cli/session.hpp"

namespace aistack::cli {
namespace {

// The services named, those of --profile, or those of the configured profile.
Result<std::vector<std::string>> wanted(const operations::Context& context,
                                        const Arguments& arguments) {
  const auto services = arguments.values("SERVICE");
  const auto profile = arguments.value("--profile");
  if (profile && !services.empty()) {
    Error error{ErrorCode::kUsage, "both --profile and services were given"};
    error.what = "cannot tell what to install";
    error.next = {"aistack install --profile NAME", "aistack install SERVICE…"};
    return error;
  }
  if (!services.empty()) return services;
  return context.catalog.profile(profile.value_or(context.settings.profile));
}

Task<int> run_install(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(const auto options, deploy_options(arguments));
  BOOST_OUTCOME_CO_TRY(auto* context, session.open());
  BOOST_OUTCOME_CO_TRY(auto services, wanted(*context, arguments));
  BOOST_OUTCOME_CO_TRY(const auto results,
                       co_await operations::install(*context, std::move(services), options));
  co_return print_results(session, results);
}

Task<int> run_start(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(const auto options, deploy_options(arguments));
  BOOST_OUTCOME_CO_TRY(auto* context, session.open());
  BOOST_OUTCOME_CO_TRY(const auto results,
                       co_await operations::start(*context, arguments.values("SERVICE"), options));
  co_return print_results(session, results);
}

Task<int> run_restart(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(const auto options, deploy_options(arguments));
  BOOST_OUTCOME_CO_TRY(auto* context, session.open());
  BOOST_OUTCOME_CO_TRY(const auto results, co_await operations::restart(
                                               *context, arguments.values("SERVICE"), options));
  co_return print_results(session, results);
}

Argument no_wait() {
  return flag("--no-wait", "Do not wait until the service is green");
}
Argument timeout() {
  return option("--timeout", "DURATION", "Wait so long for green (default: the catalog's time)");
}

}  // namespace

Command install_command() {
  return {
      .name = "install",
      .group = group::kServices,
      .help = "Install services and wait until they are green",
      .arguments = {positionals("SERVICE", "Services to install (default: those of the profile)")
                        .with_completion(Argument::Completes::service),
                    option("--profile", "NAME", "Install the services of a profile")
                        .with_completion(Argument::Completes::profile),
                    no_wait(), flag("--no-start", "Create the containers, do not start them"),
                    timeout(),
                    option("--pull", "WHEN", "When to pull images")
                        .with_choices({"missing", "always", "never"})
                        .with_default("missing")},
      .notes = {"Installing again changes nothing, unless a catalog file changed: then the "
                "container is recreated, and the report names the keys that differ. Data "
                "volumes are never touched."},
      .examples = {"aistack install --profile standard-gpu", "aistack install ollama"},
      .run = run_install,
      .effect = always_changes};
}

Command start_command() {
  return {.name = "start",
          .group = group::kServices,
          .help = "Start installed services; a missing or drifted container is recreated",
          .arguments = {services_argument("Services to start"), no_wait(), timeout()},
          .run = run_start,
          .effect = always_changes};
}

Command restart_command() {
  return {.name = "restart",
          .group = group::kServices,
          .help = "Stop services and start them again",
          .arguments = {services_argument("Services to restart"), no_wait(), timeout()},
          .run = run_restart,
          .effect = always_changes};
}

}  // namespace aistack::cli
