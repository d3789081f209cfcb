#include "operations/diagnose_engine.hpp"

#include <fmt/format.h>

#include <set>

#include "operations/labels.hpp"
#include "operations/observe.hpp"
#include "operations/ownership.hpp"
#include "operations/resources.hpp"

namespace aistack::operations {
namespace {

using Json = nlohmann::ordered_json;

bool interrupted(const Error& error) {
  return error.code == ErrorCode::kInterrupted;
}

std::string version_text(ports::ApiVersion version) {
  return fmt::format("{}.{}", version.major, version.minor);
}

Task<> inspect(Context& context, EngineEvidence& facts, std::string name) {
  const auto text = co_await context.engine.inspect_container_text(name);
  if (!text && interrupted(text.error())) co_return text.error();
  InspectedContainer found{.name = name, .document = {}, .environment = {}};
  auto document =
      text ? without_environment(text.value(), found.environment) : Result<Json>{text.error()};
  if (document) {
    found.document = std::move(document).value();
    facts.containers.push_back(std::move(found));
  } else {
    facts.missing.push_back({fmt::format("containers/{}", name), document.error().why});
  }
  co_return ok();
}

Json engine_json(const Context& context, const EngineEvidence& facts) {
  const auto& version = facts.version;
  Json document{{"endpoint", context.engine.endpoint()},
                {"product", version.product},
                {"version", version.version},
                {"api", version_text(version.spoken)},
                {"api_newest", version_text(version.newest)},
                {"os", version.os},
                {"architecture", version.architecture}};
  if (const auto& info = facts.info) {
    document["host"] = info->name;
    document["operating_system"] = info->operating_system;
    document["kernel"] = info->kernel;
    document["storage_driver"] = info->storage_driver;
    document["root_directory"] = info->root_directory;
    document["cgroup_driver"] = info->cgroup_driver;
    document["cgroup_version"] = info->cgroup_version;
    document["memory_bytes"] = info->memory_bytes;
    document["cpus"] = info->cpus;
    document["runtimes"] = info->runtimes;
    document["gpu"] = info->gpu;
    document["rootless"] = info->rootless;
  }
  return document;
}

Task<Json> network_rows(Context& context, Bundle& bundle) {
  auto rows = Json::array();
  const auto networks = co_await context.engine.list_networks();
  if (!networks && interrupted(networks.error())) co_return networks.error();
  if (!networks) bundle.missing("networks", networks.error().why);
  if (!networks) co_return rows;
  std::set<std::string> ours{kStackNetwork};
  for (const auto& entry : context.catalog.entries())
    for (auto& name : own_networks(entry)) ours.insert(std::move(name));
  for (const auto& network : networks.value())
    if (ours.contains(network.name))
      rows.push_back({{"name", network.name},
                      {"driver", network.driver},
                      {"labels", network.labels},
                      {"containers", network.containers}});
  co_return rows;
}

Task<Json> volume_rows(Context& context, Bundle& bundle) {
  auto rows = Json::array();
  const auto volumes = co_await context.engine.list_volumes();
  if (!volumes && interrupted(volumes.error())) co_return volumes.error();
  if (!volumes) bundle.missing("volumes", volumes.error().why);
  if (!volumes) co_return rows;
  std::set<std::string> ours;
  for (const auto& entry : context.catalog.entries())
    for (auto& name : own_volumes(entry)) ours.insert(std::move(name));
  for (const auto& volume : volumes.value())
    if (ours.contains(volume.name))
      rows.push_back({{"name", volume.name},
                      {"driver", volume.driver},
                      {"mountpoint", volume.mountpoint},
                      {"options", volume.options}});
  co_return rows;
}

Task<Json> image_rows(Context& context, const EngineEvidence& facts, Bundle& bundle) {
  auto rows = Json::array();
  for (const auto& container : facts.all) {
    if (!is_ours(container, context.catalog)) continue;
    const auto image = co_await context.engine.inspect_image(container.image_id);
    if (!image && interrupted(image.error())) co_return image.error();
    if (!image) bundle.missing(fmt::format("image of {}", container.name), image.error().why);
    Json row{{"container", container.name},
             {"reference", container.image},
             {"image_id", container.image_id},
             {"digests", Json::array()}};
    if (image && image.value()) row["digests"] = image.value()->digests;
    rows.push_back(std::move(row));
  }
  co_return rows;
}

// The driver's own words, where its kernel module is loaded.
std::optional<std::string> driver_version(ports::FileReader& files) {
  constexpr std::uint64_t kMost = 4096;
  auto opened = files.open("/proc/driver/nvidia/version", ports::Links::follow, kMost);
  if (!opened || !opened.value()) return std::nullopt;
  const auto block = opened.value()->next();
  if (!block) return std::nullopt;
  return std::string{block.value().substr(0, block.value().find('\n'))};
}

Json gpu_json(const Context& context, const EngineEvidence& facts, ports::FileReader& files) {
  Json document{{"schema", 1}, {"engine_has_gpu", nullptr}, {"runtimes", Json::array()}};
  if (facts.info) {
    document["engine_has_gpu"] = facts.info->gpu;
    document["runtimes"] = facts.info->runtimes;
  }
  const auto driver = driver_version(files);
  document["driver"] = driver ? Json(*driver) : Json(nullptr);
  document["services"] = Json::array();
  for (const auto& container : facts.all) {
    if (!is_ours(container, context.catalog)) continue;
    const auto dropped = container.labels.find(kGpuLabel);
    document["services"].push_back({{"container", container.name},
                                    {"reservation_dropped", dropped != container.labels.end() &&
                                                                dropped->second == "dropped"}});
  }
  return document;
}

Json health_json(const ServiceView& view, const ServiceHealth& health) {
  const auto& main = view.main();
  return {{"service", view.entry->name},
          {"state", to_string(view.state())},
          {"health", to_string(health.verdict.health)},
          {"reason", health.verdict.reason},
          {"container", main.container ? main.container->name : ""},
          {"engine_says", main.container ? main.container->status : ""},
          {"image", main.container ? main.container->image : ""}};
}

}  // namespace

Result<Json> without_environment(std::string_view inspection,
                                 std::vector<std::string>& environment) {
  auto document = Json::parse(inspection, nullptr, false);
  if (!document.is_object())
    return Error{ErrorCode::kEngineProtocol, "the engine's inspection is no JSON object"};
  const auto config = document.find("Config");
  if (config == document.end() || !config->is_object()) return document;
  const auto variables = config->find("Env");
  if (variables == config->end() || !variables->is_array()) return document;
  for (auto& variable : *variables) {
    if (!variable.is_string()) continue;
    const auto text = variable.get<std::string>();
    const auto equals = text.find('=');
    environment.push_back(text);
    if (equals != std::string::npos && equals + 1 < text.size())
      variable = text.substr(0, equals + 1) + "***";
  }
  return document;
}

Task<EngineEvidence> gather_engine(Context& context) {
  EngineEvidence facts;
  const auto version = co_await context.engine.version();
  if (!version) {
    if (interrupted(version.error())) co_return version.error();
    facts.problem = version.error();
    co_return facts;
  }
  facts.version = version.value();
  const auto info = co_await context.engine.info();
  if (!info && interrupted(info.error())) co_return info.error();
  if (info)
    facts.info = info.value();
  else
    facts.missing.push_back({"engine information", info.error().why});
  const ports::ContainerQuery everything{};
  auto containers = co_await context.engine.list_containers(everything);
  if (!containers) {
    if (interrupted(containers.error())) co_return containers.error();
    facts.problem = containers.error();
    co_return facts;
  }
  facts.all = std::move(containers).value();
  for (const auto& container : facts.all) {
    if (!is_ours(container, context.catalog)) continue;
    BOOST_OUTCOME_CO_TRY(co_await inspect(context, facts, container.name));
  }
  co_return facts;
}

Task<> add_engine(Context& context, Bundle& bundle, const EngineEvidence& facts,
                  ports::FileReader& files) {
  BOOST_OUTCOME_CO_TRY(bundle.add_json("gpu_report.json", gpu_json(context, facts, files)));
  Json versions{{"aistack", AISTACK_VERSION}};
  if (!facts.version.product.empty()) {
    versions["engine"] = facts.version.product + " " + facts.version.version;
    versions["engine_api"] = version_text(facts.version.spoken);
    if (facts.info) versions["kernel"] = facts.info->kernel;
    BOOST_OUTCOME_CO_TRY(versions["images"], co_await image_rows(context, facts, bundle));
    auto engine = engine_json(context, facts);
    BOOST_OUTCOME_CO_TRY(engine["networks"], co_await network_rows(context, bundle));
    BOOST_OUTCOME_CO_TRY(engine["volumes"], co_await volume_rows(context, bundle));
    BOOST_OUTCOME_CO_TRY(bundle.add_json("engine.json", engine));
  }
  BOOST_OUTCOME_CO_TRY(bundle.add_json("versions.json", versions));
  for (const auto& container : facts.containers) {
    const auto name = fmt::format("containers/{}/inspect.json", name_in_archive(container.name));
    BOOST_OUTCOME_CO_TRY(bundle.add_json(name, container.document));
  }
  for (const auto& part : facts.missing) bundle.missing(part.part, part.why);
  co_return ok();
}

Task<> add_health(Context& context, Bundle& bundle, const EngineEvidence& facts) {
  std::vector<ServiceView> views;
  for (const auto& entry : context.catalog.entries()) {
    auto view = view_of(context, entry, facts.all);
    if (!view)
      bundle.missing("health of " + entry.name, view.error().why);
    else if (view.value().installed())
      views.push_back(std::move(view).value());
  }
  const auto health = co_await observe_all(context, views);
  auto services = Json::array();
  for (std::size_t i = 0; i < views.size(); ++i)
    services.push_back(health_json(views[i], health[i]));
  const Json report{{"schema", 1},
                    {"created", to_iso8601(context.clock.now())},
                    {"services", std::move(services)}};
  co_return bundle.add_json("health_report.json", report);
}

}  // namespace aistack::operations
