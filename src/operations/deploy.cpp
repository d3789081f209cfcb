#include "operations/deploy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/when_all.hpp"
#include "operations/dependencies.hpp"
#include "operations/held_back.hpp"
#include "operations/images.hpp"
#include "operations/labels.hpp"
#include "operations/port_check.hpp"
#include "operations/recover.hpp"
#include "operations/removal.hpp"
#include "operations/resources.hpp"
#include "operations/swap.hpp"
#include "operations/wait_ready.hpp"

namespace aistack::operations {
namespace {

bool drops_gpu(const compose::ComposeService& service, const EngineFacts& facts) {
  return service.gpu && !facts.gpu;
}

// One container of the service: what there is and what must be done with it.
struct Part {
  const compose::ComposeService* service = nullptr;
  std::optional<ports::ContainerSummary> existing;
  std::vector<std::string> drifted;
  std::string image;  // the reference that it is to run
  std::optional<HeldBack> held = {};

  bool running() const {
    return existing && (existing->state == ports::ContainerState::running ||
                        existing->state == ports::ContainerState::restarting);
  }
  bool must_create() const { return !existing || !drifted.empty(); }
};

ContainerIds existing_ids(const ServiceView& view) {
  ContainerIds ids;
  for (const auto& part : view.containers)
    if (part.container) ids[part.service->name] = part.container->id;
  return ids;
}

// As in Compose, the ids of the containers whose network or process space it shares count.
std::string expected_hash(const CatalogEntry& entry, const compose::ComposeService& service,
                          const ContainerIds& ids) {
  if (compose::shared_services(service).empty()) return service.config_hash;
  return container_for(entry, service, {}, false, ids).config["Labels"].value(kComposeHash, "");
}

// Nothing but another update puts a version in that has failed.
Result<> hold_back(Context& context, const ServiceView& view, Part& part) {
  BOOST_OUTCOME_TRY(part.held, held_back(context, view, *part.service));
  if (part.held && part.existing && part.existing->image_id != part.held->instead.image_id)
    part.held.reset();
  if (!part.held) return ok();
  part.image = part.held->instead.reference;
  context.progress.note(
      view.entry->name,
      fmt::format("{} {}: the version before it goes on (aistack update {} tries it again)",
                  part.held->version, part.held->why, view.entry->name));
  return ok();
}

Result<std::vector<Part>> parts_of(Context& context, const ServiceView& view,
                                   const EngineFacts& facts) {
  const auto ids = existing_ids(view);
  std::vector<Part> parts;
  for (const auto& container : view.containers) {
    Part part{.service = container.service,
              .existing = container.container,
              .image = effective_image(context, *view.entry, *container.service)};
    BOOST_OUTCOME_TRY(hold_back(context, view, part));
    if (part.existing) {
      const Expected expected{.config_hash = expected_hash(*view.entry, *part.service, ids),
                              .image = part.image,
                              .running_image = part.existing->image,
                              .gpu_dropped = drops_gpu(*part.service, facts)};
      part.drifted = drifted_keys(part.existing->labels, *part.service, expected);
      if (part.held) std::erase(part.drifted, "image");
    }
    parts.push_back(std::move(part));
  }
  // A container that lives in another one's network or process space must follow it when it is
  // replaced, since it names it by id.
  for (auto& part : parts)
    for (const auto& dependency : part.service->depends_on)
      for (const auto& other : parts)
        if (dependency.restart && other.service->name == dependency.service &&
            other.must_create() && part.existing && part.drifted.empty())
          part.drifted.push_back("depends_on." + dependency.service);
  return parts;
}

// Another name for the image that runs (its digest, written to versions.lock) is no change, as long
// as the file is the same.
Task<> forgive_names(Context& context, std::vector<Part>& parts) {
  for (auto& part : parts) {
    if (part.drifted.size() != 1 || part.drifted.front() != "image") continue;
    const auto hash = part.existing->labels.find(kComposeHash);
    if (hash == part.existing->labels.end() || hash->second != part.service->config_hash) continue;
    BOOST_OUTCOME_CO_TRY(const auto image, co_await context.engine.inspect_image(part.image));
    if (image && image->id == part.existing->image_id) part.drifted.clear();
  }
  co_return ok();
}

Error older_is_gone(const CatalogEntry& entry, const Part& part) {
  Error error{ErrorCode::kImageNotFound,
              fmt::format("{} {}, and the engine no longer has {}, which ran before it",
                          part.held->version, part.held->why, part.held->instead.image_id)};
  error.what = fmt::format("cannot make the container of {} anew", entry.name);
  error.next = {
      fmt::format("name another version in {}", entry.files.back().string()),
      fmt::format("or take this one: aistack remove {0} && aistack install {0}", entry.name)};
  return error;
}

// The engine has what is to run instead of a version that was held back, as a rule.
Task<ports::ImageDetails> image_of(Context& context, const CatalogEntry& entry, const Part& part,
                                   PullPolicy policy) {
  if (part.held) {
    const auto& id = part.held->instead.image_id;
    BOOST_OUTCOME_CO_TRY(auto image, co_await context.engine.inspect_image(id));
    if (image) co_return std::move(*image);
    if (part.image == part.held->version) co_return older_is_gone(entry, part);
  }
  WantedImage wanted{part.image, part.service->platform};
  co_return co_await ensure_image(context, entry.name, std::move(wanted), policy);
}

// The images of all parts that are made anew, pulled at once.
Task<std::vector<std::string>> image_ids(Context& context, const CatalogEntry& entry,
                                         const std::vector<Part>& parts, PullPolicy policy) {
  std::vector<Task<ports::ImageDetails>> pulls;
  for (const auto& part : parts)
    if (part.must_create()) pulls.push_back(image_of(context, entry, part, policy));
  auto results = co_await when_all(std::move(pulls));
  std::vector<std::string> ids;
  std::size_t next = 0;
  for (const auto& part : parts) {
    if (!part.must_create()) {
      ids.emplace_back();
      continue;
    }
    BOOST_OUTCOME_CO_TRY(auto image, std::move(results[next++]));
    ids.push_back(std::move(image.id));
  }
  co_return ids;
}

// Creates and starts a container that did not exist; gives its id.
Task<std::string> make(Context& context, const CatalogEntry& entry, domain::ContainerSpec spec,
                       bool start) {
  context.progress.step(entry.name, "creating " + spec.name);
  BOOST_OUTCOME_CO_TRY(const auto id, co_await context.engine.create_container(spec));
  if (!start) co_return id;
  context.progress.step(entry.name, "starting " + spec.name);
  const auto started = co_await context.engine.start_container(id);
  if (started) co_return id;
  const auto removed = co_await shielded(context.engine.remove_container(id, kWithItsVolumes));
  auto error = port_error(context, entry, spec, spec.name, started.error());
  if (removed) co_return error;
  error.state = fmt::format("the container {} is left, not running", spec.name);
  co_return error;
}

// Gives the id of the container that is there then.
Task<std::string> apply(Context& context, const CatalogEntry& entry, Part& part,
                        domain::ContainerSpec spec, const DeployOptions& options) {
  if (!part.existing) co_return co_await make(context, entry, std::move(spec), options.start);
  if (part.drifted.empty()) {
    if (!options.start || part.running()) co_return part.existing->id;
    context.progress.step(entry.name, "starting " + part.existing->name);
    const auto started = co_await context.engine.start_container(part.existing->id);
    if (started) co_return part.existing->id;
    // A network that was deleted, and made again, is another one to a container that knows it by
    // its id: only a new container joins it.
    if (started.error().code != ErrorCode::kNetworkNotFound)
      co_return port_error(context, entry, spec, part.existing->name, started.error());
    part.drifted.emplace_back("networks");
  }
  context.progress.step(entry.name, fmt::format("recreating {} ({} changed)", spec.name,
                                                fmt::join(part.drifted, ", ")));
  const auto start = options.start ? StartAfterSwap::yes : StartAfterSwap::no;
  auto swapped = co_await swap(context, spec, part.existing->name, part.running(), start);
  if (swapped) co_return std::move(swapped).value();
  co_return port_error(context, entry, spec, spec.name, swapped.error());
}

DeployReport report_of(const CatalogEntry& entry, const std::vector<Part>& parts,
                       const EngineFacts& facts, const DeployOptions& options) {
  DeployReport report{.service = entry.name};
  const bool any_existing =
      std::any_of(parts.begin(), parts.end(), [](const Part& p) { return p.existing.has_value(); });
  for (const auto& part : parts) {
    report.gpu_dropped |= drops_gpu(*part.service, facts);
    for (const auto& key : part.drifted)
      report.drifted.push_back(parts.size() > 1 ? part.service->name + "." + key : key);
    if (!part.existing) {
      if (any_existing)
        report.drifted.push_back(part.service->name + " (container missing)");
      else
        report.action = Deployed::created;
    } else if (!part.running() && options.start && report.action == Deployed::unchanged) {
      report.action = Deployed::started;
    }
  }
  if (!report.drifted.empty()) report.action = Deployed::recreated;
  return report;
}

Error explain(Error error, const CatalogEntry& entry, std::size_t done) {
  if (done == 0) return unchanged(std::move(error));
  return with_state(std::move(error),
                    fmt::format("{} of {} containers are up, the rest was not touched", done,
                                entry.project.services.size()));
}

// The same once the engine has been asked to change something. New volumes are of no use then.
Task<DeployReport> come_to_nothing(Context& context, const CatalogEntry& entry, Error error,
                                   std::size_t done, std::vector<std::string> volumes) {
  const bool lost = lost_engine(error.code);
  if (error.code == ErrorCode::kBadContainerSpec && error.next.empty())
    error.next = {fmt::format("correct it in {}", entry.files.back().string())};
  if (!lost && done == 0) (void)co_await shielded(undo_volumes(context, std::move(volumes)));
  if (lost)
    error.state =
        "the engine was lost in the middle: the same command again finishes or undoes what was "
        "begun";
  co_return explain(std::move(error), entry, done);
}

// What a rotation that was killed kept of the old values is of no use any more: the service has
// become green with the new ones.
void forget_old_secrets(Context& context, const CatalogEntry& entry) {
  if (entry.spec().secrets.empty()) return;
  const auto kept = context.secrets.has_previous(entry.name);
  if (!kept || !kept.value()) return;
  const auto forgotten = context.secrets.forget_previous(entry.name);
  if (!forgotten)
    context.progress.note(entry.name,
                          "the old secrets are still on disk: " + forgotten.error().why);
}

}  // namespace

bool lost_engine(ErrorCode code) {
  return code == ErrorCode::kEngineUnreachable || code == ErrorCode::kEngineTimeout ||
         code == ErrorCode::kEngineProtocol;
}

std::string_view to_string(Deployed action) {
  switch (action) {
    case Deployed::unchanged:
      return "unchanged";
    case Deployed::created:
      return "installed";
    case Deployed::started:
      return "started";
    case Deployed::recreated:
      return "recreated";
  }
  return "unchanged";
}

Task<> settle_interrupted(Context& context, const std::vector<const CatalogEntry*>& entries,
                          EngineFacts& facts) {
  bool changed = false;
  for (const auto* entry : entries) {
    BOOST_OUTCOME_CO_TRY(const bool cleared,
                         co_await clear_leftovers(context, *entry, facts.containers));
    changed |= cleared;
  }
  if (changed) {
    BOOST_OUTCOME_CO_TRY(facts.containers, co_await context.engine.list_containers({}));
  }
  co_return ok();
}

Task<EngineFacts> engine_facts(Context& context, const std::vector<const CatalogEntry*>& entries) {
  EngineFacts facts;
  bool wants_gpu = false;
  for (const auto* entry : entries)
    for (const auto& service : entry->project.services) wants_gpu |= service.gpu;
  BOOST_OUTCOME_CO_TRY(facts.containers, co_await context.engine.list_containers({}));
  if (wants_gpu) {
    BOOST_OUTCOME_CO_TRY(const auto info, co_await context.engine.info());
    facts.gpu = info.gpu;
  }
  co_return facts;
}

Result<> preflight(Context& context, const CatalogEntry& entry, const EngineFacts& facts) {
  for (const auto& service : entry.project.services) {
    const auto spec = container_for(entry, service, {effective_image(context, entry, service), ""},
                                    drops_gpu(service, facts));
    std::string own;
    for (const auto& container : facts.containers) {
      const bool ours = belongs_to(container.labels, entry.project, service);
      if (ours && !is_swap_name(container.name)) own = container.name;
      if (ours || container.name != spec.name) continue;
      Error error{ErrorCode::kNameInUse,
                  fmt::format("a container of somebody else is called {}", spec.name)};
      error.what = fmt::format("cannot install {}", entry.name);
      error.state = kNothingChanged;
      error.next = {fmt::format("docker rename {} OTHER-NAME", spec.name),
                    fmt::format("or change \"container_name\" in {}", entry.files.back().string())};
      return error;
    }
    auto checked = check_ports(context, entry, spec, own, facts.containers);
    if (!checked) return unchanged(std::move(checked).error());
  }
  return ok();
}

Task<DeployReport> deploy(Context& context, const CatalogEntry& entry, EngineFacts facts,
                          DeployOptions options) {
  BOOST_OUTCOME_CO_TRY(auto view, view_of(context, entry, facts.containers));
  BOOST_OUTCOME_CO_TRY(auto parts, parts_of(context, view, facts));
  BOOST_OUTCOME_CO_TRY(co_await forgive_names(context, parts));
  if (options.recreate)
    for (auto& part : parts)
      if (part.existing && part.drifted.empty()) part.drifted.emplace_back("repair");
  auto report = report_of(entry, parts, facts, options);
  // Images first: what cannot be pulled leaves nothing behind.
  const auto ids = co_await image_ids(context, entry, parts, options.pull);
  if (!ids) co_return explain(ids.error(), entry, 0);
  const auto volumes = co_await ensure_resources(context, entry);
  if (!volumes) {
    std::vector<std::string> none;
    co_return co_await come_to_nothing(context, entry, volumes.error(), 0, std::move(none));
  }
  if (report.gpu_dropped && report.action != Deployed::unchanged)
    context.progress.note(entry.name,
                          "the engine has no GPU runtime: the GPU reservation in the "
                          "file is dropped, models run on the CPU");
  auto containers = existing_ids(view);
  std::size_t done = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto interrupted = co_await check_interrupted();
    if (!interrupted)
      co_return co_await come_to_nothing(context, entry, interrupted.error(), done,
                                         volumes.value());
    if (options.start) {
      const auto ready =
          co_await wait_for_dependencies(context, entry, *parts[i].service, options.timeout);
      if (!ready)
        co_return co_await come_to_nothing(context, entry, ready.error(), done, volumes.value());
    }
    const ImageChoice image{parts[i].image, ids.value()[i]};
    auto spec = container_for(entry, *parts[i].service, image, drops_gpu(*parts[i].service, facts),
                              containers);
    if (parts[i].held && parts[i].must_create()) {
      BOOST_OUTCOME_CO_TRY(co_await name_image(context, spec, parts[i].image, ids.value()[i]));
    }
    auto applied = co_await apply(context, entry, parts[i], std::move(spec), options);
    if (!applied)
      co_return co_await come_to_nothing(context, entry, applied.error(), done, volumes.value());
    containers[parts[i].service->name] = std::move(applied).value();
    ++done;
  }
  report = report_of(entry, parts, facts, options);
  if (!options.start || !options.wait) co_return report;
  auto ready = co_await wait_ready(context, entry, options.timeout);
  if (!ready)
    co_return with_state(std::move(ready).error(),
                         "the container is left as it is, to be looked at");
  report.health = ready.value().verdict.health;
  report.health_reason = ready.value().verdict.reason;
  forget_old_secrets(context, entry);
  co_return report;
}

}  // namespace aistack::operations
