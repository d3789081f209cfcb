#include "operations/update.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/service_answers.hpp"
#include "cli/render/error.hpp"
#include "cli/render/json.hpp"
#include "cli/session.hpp"
#include "operations/update_all.hpp"

namespace aistack::cli {
namespace {

using operations::UpdateReport;
using Outcome = UpdateReport::Outcome;

const char* word(Outcome outcome) {
  switch (outcome) {
    case Outcome::up_to_date:
      return "up_to_date";
    case Outcome::available:
      return "available";
    case Outcome::updated:
      return "updated";
    case Outcome::rolled_back:
      return "rolled_back";
    case Outcome::not_rolled_back:
      return "not_rolled_back";
  }
  return "up_to_date";
}

std::string line(const UpdateReport& report) {
  switch (report.outcome) {
    case Outcome::up_to_date:
      return fmt::format(
          "{}: already up to date{}", report.service,
          report.held_by.empty() ? "" : fmt::format(" ({} holds it)", report.held_by));
    case Outcome::available:
      return fmt::format("{}: an update is available ({})", report.service, report.to_image);
    case Outcome::updated:
      return fmt::format("{}: {} {}, {} ms of downtime", report.service,
                         report.rollback ? "back at" : "updated to", report.to_image,
                         report.downtime ? report.downtime->count() : 0);
    case Outcome::rolled_back:
      return fmt::format("{}: rolled back", report.service);
    case Outcome::not_rolled_back:
      return fmt::format("{}: rollback failed", report.service);
  }
  return "";
}

nlohmann::ordered_json json(const Output& output, const UpdateReport& report) {
  nlohmann::ordered_json document{{"service", report.service},
                                  {"outcome", word(report.outcome)},
                                  {"from_image", report.from_image},
                                  {"to_image", report.to_image},
                                  {"from_image_id", report.from_image_id},
                                  {"to_image_id", report.to_image_id},
                                  {"to_digest", report.to_digest},
                                  {"held_by", report.held_by}};
  document["downtime_ms"] =
      report.downtime ? nlohmann::ordered_json(report.downtime->count()) : nlohmann::ordered_json();
  if (report.error) document.update(error_json(output, *report.error));
  return document;
}

int exit_code_of(const UpdateReport& report) {
  const bool interrupted = report.error && report.error->code == ErrorCode::kInterrupted;
  if (report.outcome == Outcome::rolled_back && interrupted) return kExitInterrupted;
  if (report.outcome == Outcome::rolled_back) return kExitRestored;
  if (report.outcome == Outcome::not_rolled_back) return kExitNotRestored;
  return kExitDone;
}

void print(Session& session, const UpdateReport& report) {
  if (report.error) print_error(session.output, *report.error, false);
  if (!session.options.quiet) session.output.write_line(line(report));
}

Task<int> finish(Session& session, const UpdateReport& report) {
  if (session.options.json)
    print_json(session.output, json(session.output, report));
  else
    print(session, report);
  co_return exit_code_of(report);
}

Task<int> run_update(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(auto* context, session.open());
  const auto check =
      arguments.flag("--check") ? operations::CheckOnly::yes : operations::CheckOnly::no;
  BOOST_OUTCOME_CO_TRY(
      const auto report,
      co_await operations::update(*context, arguments.value("SERVICE").value_or(""), check));
  co_return co_await finish(session, report);
}

Task<int> run_rollback(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(auto* context, session.open());
  BOOST_OUTCOME_CO_TRY(const auto report, co_await operations::rollback(
                                              *context, arguments.value("SERVICE").value_or("")));
  co_return co_await finish(session, report);
}

Task<int> run_update_all(Session& session, const Arguments& arguments) {
  BOOST_OUTCOME_CO_TRY(auto* context, session.open());
  const auto check =
      arguments.flag("--check") ? operations::CheckOnly::yes : operations::CheckOnly::no;
  ServiceAnswers answers{session};
  bool any = false;
  const auto answer = [&](const operations::UpdateResult& ended) {
    any = true;
    const auto& [service, result] = ended;
    if (!result) return answers.add(service, result.error());
    if (session.options.json)
      answers.add_document(json(session.output, result.value()));
    else
      print(session, result.value());
    answers.add_code(exit_code_of(result.value()));
  };
  BOOST_OUTCOME_CO_TRY(co_await operations::update_all(*context, check, answer));
  if (!any && !session.options.json) session.output.write_line("No services installed");
  co_return answers.finish();
}

Effect effect(const Arguments& arguments) {
  return arguments.flag("--check") ? Effect::reads : Effect::changes;
}

}  // namespace

std::vector<Command> update_commands() {
  const auto check = flag("--check", "Only ask the registry whether there is something new");
  return {{.name = "update",
           .group = group::kServices,
           .help = "Update a service; if the new version does not work, the old one comes back",
           .arguments = {service_argument("Which service").as_required(), check},
           .notes = {"The new version is pulled, tried on scratch storage beside the running one, "
                     "swapped in, and watched before it is kept. Exit code 4: it failed and the "
                     "previous version is back; 5: it failed and is not."},
           .run = run_update,
           .effect = effect},
          {.name = "update-all",
           .group = group::kServices,
           .help = "Update all services, one after the other",
           .arguments = {check},
           .run = run_update_all,
           .effect = effect},
          {.name = "rollback",
           .group = group::kServices,
           .help = "Go back to the version that the last update replaced",
           .arguments = {service_argument("Which service").as_required()},
           .run = run_rollback,
           .effect = always_changes}};
}

}  // namespace aistack::cli
