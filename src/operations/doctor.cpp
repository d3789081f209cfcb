#include "operations/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/when_all.hpp"
#include "operations/advice.hpp"
#include "operations/doctor_checks.hpp"

namespace aistack::operations {
namespace {

// Blocking checks of one subject. They own what they use: see ports::Background.
Task<Checks> in_background(ports::Background& background,
                           std::function<Checks(ports::Machine&)> checks) {
  const auto rows = std::make_shared<Checks>();
  const std::function<void(ports::Machine&)> work = [rows, checks](ports::Machine& machine) {
    *rows = checks(machine);
  };
  BOOST_OUTCOME_CO_TRY(co_await background.run(work));
  co_return std::move(*rows);
}

// A subject whose checks may take so long, and what to do if they take longer.
struct Limit {
  std::string name;
  std::chrono::nanoseconds time;
  std::vector<std::string> fix;
};

Task<Checks> after(Context& context, Limit limit) {
  BOOST_OUTCOME_CO_TRY(co_await context.clock.sleep(limit.time));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit.time).count();
  Checks rows{failed(limit.name, fmt::format("no answer within {} s", seconds), limit.fix)};
  co_return rows;
}

// The rows of one subject, or one that says that it hangs or why it could not be looked at.
Task<Checks> limited(Context& context, Limit limit, Task<Checks> checks) {
  std::vector<Task<Checks>> race;
  race.push_back(std::move(checks));
  race.push_back(after(context, limit));
  auto rows = co_await first_of(std::move(race));
  if (rows || rows.error().code == ErrorCode::kInterrupted) co_return rows;
  Checks failure{failed(limit.name, rows.error().why, rows.error().next)};
  co_return failure;
}

bool engine_is_known(const std::vector<Error>& problems) {
  return std::none_of(problems.begin(), problems.end(), is_about_engine_address);
}

Task<Checks> no_engine() {
  Checks rows{skipped("engine", "its address is not known (see configuration)")};
  co_return rows;
}

// Each on a thread of its own.
using Work = std::function<Checks(ports::Machine&)>;
std::vector<std::pair<std::string, Work>> subjects_of(const Context& context) {
  const StoragePlaces places{.state = context.paths.state,
                             .secrets = context.paths.secrets,
                             .volumes = context.volumes_root,
                             .log = context.paths.log};
  const WakeWishes wishes{.interface = context.settings.wol.interface.value_or(""),
                          .suspend = context.settings.idle.enable_suspend};
  const auto now = context.clock.now();
  return {{"GPU driver", [](auto& machine) { return gpu_checks(machine.host); }},
          {"disk " + places.state.string(),
           [=](auto& machine) { return disk_checks(machine.host, places.state); }},
          {"disk " + places.volumes.string(),
           [=](auto& machine) { return disk_checks(machine.host, places.volumes); }},
          {"directories", [=](auto& machine) { return directory_checks(machine.host, places); }},
          {"state documents", [](auto& machine) { return document_checks(machine.state); }},
          {"clock", [=](auto& machine) { return clock_checks(machine.host, now); }},
          {"wake", [=](auto& machine) { return wake_checks(machine.host, wishes); }}};
}

}  // namespace

std::string_view to_string(Check::Result result) {
  switch (result) {
    case Check::Result::ok:
      return "ok";
    case Check::Result::warning:
      return "warning";
    case Check::Result::failure:
      return "failure";
    case Check::Result::skipped:
      return "skipped";
  }
  return "failure";
}

bool DoctorReport::healthy() const {
  return std::none_of(checks.begin(), checks.end(),
                      [](const Check& check) { return check.result == Check::Result::failure; });
}

Check passed(std::string name, std::string detail) {
  return {std::move(name), Check::Result::ok, std::move(detail), {}};
}
Check skipped(std::string name, std::string why) {
  return {std::move(name), Check::Result::skipped, std::move(why), {}};
}
Check warned(std::string name, std::string detail, std::vector<std::string> fix) {
  return {std::move(name), Check::Result::warning, std::move(detail), std::move(fix)};
}
Check failed(std::string name, std::string detail, std::vector<std::string> fix) {
  return {std::move(name), Check::Result::failure, std::move(detail), std::move(fix)};
}

Task<DoctorReport> doctor(Context& context, ports::Background& background, DoctorRequest request) {
  std::vector<Task<Checks>> tasks;
  auto engine =
      engine_is_known(request.problems) ? engine_checks(context, background) : no_engine();
  const auto advice = with_advice({ErrorCode::kEngineTimeout, context.engine.endpoint()}).next;
  tasks.push_back(limited(context, {"engine", request.limit, advice}, std::move(engine)));
  for (const auto& [name, work] : subjects_of(context))
    tasks.push_back(limited(context, {name, request.limit, {}}, in_background(background, work)));

  DoctorReport report;
  const auto add = [&](Checks rows) {
    std::move(rows.begin(), rows.end(), std::back_inserter(report.checks));
  };
  const auto groups = co_await when_all(std::move(tasks));
  for (const auto& rows : groups) {
    if (!rows) co_return rows.error();
    add(rows.value());
  }
  add(configuration_checks(context, request.problems));
  add(catalog_checks(context, request.problems));
  add(versions_lock_checks(context, request.problems));
  co_return report;
}

}  // namespace aistack::operations
