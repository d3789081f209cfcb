#include <fmt/format.h>

#include "base/when_all.hpp"
#include "operations/advice.hpp"
#include "operations/deploy.hpp"
#include "operations/doctor_checks.hpp"
#include "operations/stack.hpp"

namespace aistack::operations {
namespace {

constexpr auto kUnknown = "the engine does not answer";

std::string text(const ports::ApiVersion& version) {
  return fmt::format("{}.{}", version.major, version.minor);
}

Checks unreachable(const Error& error) {
  const auto advised = with_advice(error);
  return {failed("engine", advised.why, advised.next), skipped("engine API", kUnknown),
          skipped("engine GPU", kUnknown), skipped("ports", kUnknown)};
}

Check api_check(const ports::EngineVersion& version) {
  if (version.spoken < ports::ApiVersion{1, 41})
    return failed("engine API", "it speaks " + text(version.newest) + ", aistack 1.41 and up",
                  {"update the container engine (Docker 20.10 or newer)"});
  return passed("engine API",
                fmt::format("{} (it speaks up to {})", text(version.spoken), text(version.newest)));
}

Check gpu_check(Context& context, const ports::EngineInfo& info) {
  constexpr auto kName = "engine GPU";
  if (info.gpu) return passed(kName, "it gives containers the GPU");
  if (!context.engine.local()) return skipped(kName, "the engine is on another machine");
  if (!has_nvidia_gpu(context.host)) return skipped(kName, "no NVIDIA GPU in this machine");
  return failed(
      kName, "it has neither an nvidia runtime nor CDI devices: models run on the CPU",
      {"sudo apt-get install -y nvidia-container-toolkit",
       "sudo nvidia-ctk runtime configure --runtime=docker", "sudo systemctl restart docker"});
}

// One row a service that somebody stands in the way of, or one for all.
Checks port_checks(Context& context, const EngineFacts& facts) {
  Checks rows;
  for (const auto& entry : context.catalog.entries()) {
    const auto free = preflight(context, entry, facts.containers);
    if (free) continue;
    const auto view = view_of(context, entry, facts.containers);
    const bool installed = view && view.value().installed();
    const auto name = "ports " + entry.name;
    rows.push_back(installed ? failed(name, free.error().why, free.error().next)
                             : warned(name, "not installed, and could not be: " + free.error().why,
                                      free.error().next));
  }
  if (rows.empty()) rows.push_back(passed("ports", "those of every service are free or its own"));
  return rows;
}

Task<Checks> engine_disk(ports::Background& background, std::string root) {
  const auto rows = std::make_shared<Checks>();
  const std::function<void(ports::Machine&)> work = [rows, root](ports::Machine& machine) {
    if (machine.host.exists(root)) *rows = disk_checks(machine.host, root);
  };
  BOOST_OUTCOME_CO_TRY(co_await background.run(work));
  co_return std::move(*rows);
}

Task<Checks> all_checks(Context& context, ports::Background& background) {
  BOOST_OUTCOME_CO_TRY(const auto version, co_await context.engine.version());
  Checks rows{passed("engine", fmt::format("{} {} at {}", version.product, version.version,
                                           context.engine.endpoint())),
              api_check(version)};
  BOOST_OUTCOME_CO_TRY(const auto info, co_await context.engine.info());
  rows.push_back(gpu_check(context, info));
  EngineFacts facts{.containers = {}, .gpu = info.gpu};
  BOOST_OUTCOME_CO_TRY(facts.containers, co_await context.engine.list_containers({}));
  for (auto& row : port_checks(context, facts)) rows.push_back(std::move(row));
  if (context.engine.local() && !info.root_directory.empty()) {
    BOOST_OUTCOME_CO_TRY(auto disk, co_await engine_disk(background, info.root_directory));
    for (auto& row : disk) rows.push_back(std::move(row));
  }
  co_return rows;
}

}  // namespace

Task<Checks> engine_checks(Context& context, ports::Background& background) {
  const auto rows = co_await all_checks(context, background);
  if (rows || rows.error().code == ErrorCode::kInterrupted) co_return rows;
  co_return unreachable(rows.error());
}

}  // namespace aistack::operations
