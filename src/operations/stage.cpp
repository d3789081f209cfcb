#include "operations/stage.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/when_all.hpp"
#include "operations/evidence.hpp"
#include "operations/images.hpp"
#include "operations/labels.hpp"
#include "operations/leftovers.hpp"
#include "operations/probe.hpp"
#include "operations/removal.hpp"

namespace aistack::operations {
namespace {

constexpr std::chrono::milliseconds kFirstPause{20};
constexpr std::chrono::milliseconds kLongestPause{500};
// A service without anything to ask must at least live so long.
constexpr std::chrono::seconds kStaysUp{3};

// "source:/target:ro,z" of HostConfig.Binds.
bool is_read_only_bind(const nlohmann::json& bind) {
  if (!bind.is_string()) return false;
  const auto parts = split(bind.get<std::string>(), ':');
  if (parts.size() < 3) return false;
  const auto options = split(parts.back(), ',');
  return parts.front().starts_with('/') &&
         std::find(options.begin(), options.end(), "ro") != options.end();
}

bool is_harmless_mount(const nlohmann::json& mount) {
  return mount.value("Type", "") == "tmpfs" || mount.value("ReadOnly", false);
}

template <class Keep>
void filter(nlohmann::json& object, const char* key, Keep keep) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return;
  auto kept = nlohmann::json::array();
  for (const auto& item : *found)
    if (keep(item)) kept.push_back(item);
  *found = std::move(kept);
}

bool share_a_network(const domain::ContainerSpec& a, const domain::ContainerSpec& b) {
  return std::any_of(a.networks.begin(), a.networks.end(), [&](const auto& one) {
    return std::any_of(b.networks.begin(), b.networks.end(),
                       [&](const auto& other) { return other.network == one.network; });
  });
}

// Another container of the service, which `spec` could reach.
const compose::ComposeService* neighbour(const CatalogEntry& entry,
                                         const domain::ContainerSpec& spec) {
  for (const auto& service : entry.project.services)
    if (service.container_name != spec.name &&
        share_a_network(spec, container_for(entry, service, {}, false)))
      return &service;
  return nullptr;
}

ports::ContainerSummary summary_of(const ports::ContainerDetails& details) {
  return {.id = details.id,
          .name = details.name,
          .state = details.state,
          .status = details.health ? fmt::format("({})", details.health->status) : "",
          .networks = details.networks};
}

Error ended(const std::string& what, std::string why) {
  Error error{ErrorCode::kNotHealthy, std::move(why)};
  error.what = what;
  return error;
}

// Looks until the staged container answers, dies, or its time is over.
Task<> watch(Context& context, const CatalogEntry& entry, const std::string& name) {
  const auto what = fmt::format("the new version of {} does not come up", entry.name);
  const auto begin = context.clock.steady_now();
  std::chrono::nanoseconds pause = kFirstPause;
  std::string last = "it did not answer";
  while (true) {
    BOOST_OUTCOME_CO_TRY(const auto details, co_await context.engine.inspect_container(name));
    if (!details) co_return ended(what, "somebody removed the container it was tried in");
    if (details->state != ports::ContainerState::running) {
      const auto words = co_await last_words(context, name);
      co_return ended(what, exit_text(*details) + words);
    }
    const auto lived = context.clock.steady_now() - begin;
    const auto summary = summary_of(*details);
    const auto target = probe_target(entry, summary, context.engine.endpoint());
    if (target) {
      const auto seen = co_await probe(context, *target);
      if (seen.outcome == domain::Probe::Outcome::answered &&
          (seen.status == 0 || seen.status == entry.spec().health.expect))
        co_return ok();
      last = seen.status != 0 ? fmt::format("{} answers {}", seen.target, seen.status)
                              : fmt::format("{}: {}", seen.target, seen.error);
    } else if (details->health && details->health->status == "healthy") {
      co_return ok();
    } else if (!details->health && lived >= kStaysUp) {
      co_return ok();
    }
    const auto limit = entry.spec().health.startup_timeout;
    if (lived >= limit)
      co_return ended(what, fmt::format("not within {}: {}", to_short(limit), last));
    BOOST_OUTCOME_CO_TRY(co_await context.clock.sleep(pause));
    pause = std::min<std::chrono::nanoseconds>(pause * 2, kLongestPause);
  }
}

Task<> start_and_watch(Context& context, const CatalogEntry& entry,
                       const domain::ContainerSpec& spec) {
  BOOST_OUTCOME_CO_TRY(co_await context.engine.create_container(spec));
  BOOST_OUTCOME_CO_TRY(co_await context.engine.start_container(spec.name));
  co_return co_await watch(context, entry, spec.name);
}

}  // namespace

std::string stage_name(const std::string& name) {
  return name + ".aistack-stage";
}

Task<std::optional<std::string>> why_not_staged(Context& context, const CatalogEntry& entry,
                                                const domain::ContainerSpec& spec) {
  using Why = std::optional<std::string>;
  if (!context.engine.local()) co_return Why{"since the engine is on another machine"};
  const auto mode = spec.host_config.value("NetworkMode", "");
  if (mode == "host") co_return Why{"since it uses the host's network"};
  if (mode.starts_with("container:")) co_return Why{"since it uses another container's network"};
  if (const auto* other = neighbour(entry, spec))
    co_return Why{fmt::format("since it shares a network with {}, whose data it could change",
                              other->container_name)};
  // Its containers have addresses in a network of its own.
  BOOST_OUTCOME_CO_TRY(const auto info, co_await context.engine.info());
  if (info.rootless)
    co_return Why{"since a rootless engine's containers are reached by published ports only"};
  co_return Why{};
}

domain::ContainerSpec stage_spec(const domain::ContainerSpec& spec, const std::string& service) {
  auto staged = spec;
  staged.name = stage_name(spec.name);
  for (const auto* key : {"PortBindings", "VolumesFrom"}) staged.host_config.erase(key);
  staged.host_config["PublishAllPorts"] = false;
  staged.host_config["RestartPolicy"] = {{"Name", "no"}};
  filter(staged.host_config, "Binds", is_read_only_bind);
  filter(staged.host_config, "Mounts", is_harmless_mount);
  for (auto& network : staged.networks)
    for (const auto* key : {"Aliases", "IPAMConfig", "MacAddress"}) network.endpoint.erase(key);
  staged.config["Labels"] = {{kServiceLabel, service}, {kStageLabel, "yes"}};
  return staged;
}

Task<> stage(Context& context, const CatalogEntry& entry, domain::ContainerSpec spec) {
  sign(context, spec);
  // One that a killed engine or client left must not be in the way.
  BOOST_OUTCOME_CO_TRY(co_await context.engine.remove_container(spec.name, kWithItsVolumes));
  const auto staged = co_await start_and_watch(context, entry, spec);
  const auto removed =
      co_await shielded(context.engine.remove_container(spec.name, kWithItsVolumes));
  if (!staged) co_return staged.error();
  co_return removed;
}

}  // namespace aistack::operations
