#include "operations/deploy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/when_all.hpp"
#include "operations/dependencies.hpp"
#include "operations/deploy_parts.hpp"
#include "operations/labels.hpp"
#include "operations/leftovers.hpp"
#include "operations/port_check.hpp"
#include "operations/removal.hpp"
#include "operations/resources.hpp"
#include "operations/stop.hpp"
#include "operations/swap.hpp"
#include "operations/wait_ready.hpp"

namespace aistack::operations {
namespace {

// What "drifted" where the container is to be made anew whatever the file says.
constexpr auto kRepair = "repair";

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

class Deployment {
 public:
  Deployment(Context& context, const CatalogEntry& entry, EngineFacts facts, DeployOptions options)
      : context_(context), entry_(entry), facts_(std::move(facts)), options_(options) {}

  Task<DeployReport> run() {
    auto compared = co_await compare();
    if (!compared) co_return unchanged(std::move(compared).error());
    auto changed = co_await change();
    if (!changed) co_return co_await come_to_nothing(std::move(changed).error());
    auto report = make_report();
    if (!options_.start || !options_.wait) co_return report;
    const auto look = report.action == Deployed::unchanged ? Look::quick : Look::glance;
    auto ready = co_await wait_ready(context_, entry_, options_.timeout, look);
    if (!ready)
      co_return with_state(std::move(ready).error(),
                           "the container is left as it is, to be looked at");
    report.health = ready.value().verdict.health;
    report.health_reason = ready.value().verdict.reason;
    forget_old_secrets(context_, entry_);
    co_return report;
  }

 private:
  // Images come first: what cannot be pulled leaves nothing behind.
  Task<> compare() {
    BOOST_OUTCOME_CO_TRY(view_, view_of(context_, entry_, facts_.containers));
    BOOST_OUTCOME_CO_TRY(parts_, co_await parts_of(context_, view_, facts_));
    if (options_.recreate)
      for (auto& part : parts_)
        if (part.existing && part.drifted.empty()) part.drifted.emplace_back(kRepair);
    BOOST_OUTCOME_CO_TRY(image_ids_, co_await image_ids(context_, entry_, parts_, options_.pull));
    containers_ = existing_ids(view_);
    co_return ok();
  }

  Task<> change() {
    BOOST_OUTCOME_CO_TRY(volumes_,
                         co_await ensure_resources(context_, entry_, facts_.volumes_root));
    if (options_.restart) {
      BOOST_OUTCOME_CO_TRY(co_await stop());
    }
    note_dropped_gpu();
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
      if (options_.start) {
        BOOST_OUTCOME_CO_TRY(
            co_await wait_for_dependencies(context_, entry_, *parts_[i].service, options_.timeout));
      }
      BOOST_OUTCOME_CO_TRY(auto id, co_await apply(parts_[i], image_ids_[i]));
      containers_[parts_[i].service->name] = std::move(id);
      ++done_;
    }
    co_return ok();
  }

  // Everything that the new start needs is there by now.
  Task<> stop() {
    BOOST_OUTCOME_CO_TRY(co_await check_interrupted());
    context_.progress.step(entry_.name, "stopping");
    for (auto& part : parts_) part.stopped = part.was_up();
    BOOST_OUTCOME_CO_TRY(co_await stop_containers(context_, view_));
    co_return ok();
  }

  // Gives the id of the container that is there then.
  Task<std::string> apply(Part& part, std::string image_id) {
    if (!part.existing) {
      BOOST_OUTCOME_CO_TRY(auto spec, co_await spec_of(part, image_id));
      co_return co_await make(std::move(spec));
    }
    if (part.drifted.empty()) {
      const auto kept = co_await keep(part);
      if (kept) co_return part.existing->id;
      // A network that was deleted, and made again, is another one to a container that knows it by
      // its id: only a new container joins it.
      if (kept.error().code != ErrorCode::kNetworkNotFound) co_return kept.error();
      part.drifted.emplace_back("networks");
      BOOST_OUTCOME_CO_TRY(const auto image,
                           co_await image_of(context_, entry_, part, options_.pull));
      image_id = image.id;
    }
    co_return co_await replace(part, image_id);
  }

  // Of the image `image_id` where the reference may mean another one by now.
  Task<domain::ContainerSpec> spec_of(const Part& part, std::string image_id) {
    const ImageChoice image{part.image, image_id};
    auto spec =
        container_for(entry_, *part.service, image, drops_gpu(*part.service, facts_), containers_);
    if (part.held && !image_id.empty()) {
      BOOST_OUTCOME_CO_TRY(co_await name_image(context_, spec, part.image, image_id));
    }
    co_return spec;
  }

  // Creates and starts a container that did not exist.
  Task<std::string> make(domain::ContainerSpec spec) {
    context_.progress.step(entry_.name, "creating " + spec.name);
    sign(context_, spec);
    BOOST_OUTCOME_CO_TRY(const auto id, co_await context_.engine.create_container(spec));
    if (!options_.start) co_return id;
    context_.progress.step(entry_.name, "starting " + spec.name);
    const auto started = co_await context_.engine.start_container(id);
    if (started) co_return id;
    const auto removed = co_await shielded(context_.engine.remove_container(id, kWithItsVolumes));
    auto error = co_await with_holder(spec, spec.name, started.error());
    if (!removed) error.state = fmt::format("the container {} is left, not running", spec.name);
    co_return error;
  }

  // The container is the one that the file describes: it only has to run.
  Task<> keep(const Part& part) {
    const auto& existing = *part.existing;
    if (!options_.start || part.running()) co_return ok();
    if (part.paused()) {
      context_.progress.step(entry_.name, "resuming " + existing.name);
      co_return co_await context_.engine.unpause_container(existing.id);
    }
    context_.progress.step(entry_.name, "starting " + existing.name);
    const auto started = co_await context_.engine.start_container(existing.id);
    if (started) co_return ok();
    BOOST_OUTCOME_CO_TRY(const auto spec, co_await spec_of(part, ""));
    co_return co_await with_holder(spec, existing.name, started.error());
  }

  static std::string reason(const Part& part) {
    const bool repair = part.drifted.size() == 1 && part.drifted.front() == kRepair;
    return repair ? kRepair : fmt::format("{} changed", fmt::join(part.drifted, ", "));
  }

  Task<std::string> replace(const Part& part, std::string image_id) {
    BOOST_OUTCOME_CO_TRY(auto spec, co_await spec_of(part, image_id));
    context_.progress.step(entry_.name, fmt::format("recreating {} ({})", spec.name, reason(part)));
    // Podman does not stop a paused container, and no engine starts one if the replacement fails.
    if (part.paused()) {
      BOOST_OUTCOME_CO_TRY(co_await context_.engine.unpause_container(part.existing->id));
    }
    const auto start = options_.start ? StartAfterSwap::yes : StartAfterSwap::no;
    auto swapped = co_await swap(context_, spec, part.existing->name, part.was_up(), start);
    if (swapped) co_return std::move(swapped).value();
    co_return co_await with_holder(spec, spec.name, swapped.error());
  }

  // Who holds a port is looked for among the containers as they are now.
  boost::asio::awaitable<Error> with_holder(const domain::ContainerSpec& spec, std::string own,
                                            Error error) {
    if (error.code != ErrorCode::kPortInUse) co_return error;
    auto now = co_await context_.engine.list_containers({});
    std::vector<ports::ContainerSummary> all;
    if (now) all = std::move(now).value();
    co_return port_error(context_, entry_, spec, own, all, std::move(error));
  }

  void note_dropped_gpu() const {
    const auto report = make_report();
    if (report.gpu_dropped && report.action != Deployed::unchanged)
      context_.progress.note(entry_.name,
                             "the engine has no GPU runtime: the GPU reservation in the "
                             "file is dropped, models run on the CPU");
  }

  DeployReport make_report() const {
    DeployReport report{.service = entry_.name};
    const bool any_existing = std::any_of(parts_.begin(), parts_.end(),
                                          [](const Part& p) { return p.existing.has_value(); });
    for (const auto& part : parts_) {
      report.gpu_dropped |= drops_gpu(*part.service, facts_);
      for (const auto& key : part.drifted)
        report.drifted.push_back(parts_.size() > 1 ? part.service->name + "." + key : key);
      if (!part.existing) {
        if (any_existing)
          report.drifted.push_back(part.service->name + " (container missing)");
        else
          report.action = Deployed::created;
      } else if (!part.running() && options_.start && report.action == Deployed::unchanged) {
        report.action = Deployed::started;
      }
    }
    if (!report.drifted.empty()) report.action = Deployed::recreated;
    return report;
  }

  // What is said, and undone, once the engine has been asked to change something. New volumes are
  // of no use then.
  Task<DeployReport> come_to_nothing(Error error) {
    const bool lost = lost_engine(error.code);
    if (error.code == ErrorCode::kBadContainerSpec && error.next.empty())
      error.next = {fmt::format("correct it in {}", entry_.files.back().string())};
    if (!lost && done_ == 0) (void)co_await shielded(undo_volumes(context_, volumes_));
    const bool any_stopped =
        std::any_of(parts_.begin(), parts_.end(), [](const Part& p) { return p.stopped; });
    if (any_stopped) co_return co_await after_stop(std::move(error));
    if (lost)
      error.state =
          "the engine was lost in the middle: the same command again finishes or undoes what was "
          "begun";
    if (done_ == 0) co_return unchanged(std::move(error));
    co_return with_state(
        std::move(error),
        fmt::format("{} of {} containers are up, the rest was not touched", done_, parts_.size()));
  }

  // A restart that fails must not leave the service stopped: it ran before.
  Task<DeployReport> after_stop(Error error) {
    const auto back = co_await shielded(bring_back());
    if (!back) {
      error.state = fmt::format("{} is stopped and could not be started again: {}", entry_.name,
                                back.error().why);
      co_return with_next(std::move(error), "aistack start " + entry_.name);
    }
    auto state = done_ == 0
                     ? std::string{"what ran before runs again"}
                     : fmt::format("{} of {} containers were restarted, what else ran runs again",
                                   done_, parts_.size());
    co_return with_state(std::move(error), std::move(state));
  }

  Task<> bring_back() {
    for (std::size_t i = done_; i < parts_.size(); ++i) {
      if (!parts_[i].stopped) continue;
      BOOST_OUTCOME_CO_TRY(co_await context_.engine.start_container(parts_[i].existing->id));
    }
    co_return ok();
  }

  Context& context_;
  const CatalogEntry& entry_;
  EngineFacts facts_;
  DeployOptions options_;
  ServiceView view_;
  std::vector<Part> parts_;
  std::vector<std::string> image_ids_;  // of the parts that are made anew
  std::vector<std::string> volumes_;    // that were made
  ContainerIds containers_;             // that there are, by Compose service
  std::size_t done_ = 0;                // parts that are as they should be
};

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
                          std::vector<ports::ContainerSummary>& containers) {
  bool changed = false;
  for (const auto* entry : entries) {
    BOOST_OUTCOME_CO_TRY(const bool cleared, co_await clear_leftovers(context, *entry, containers));
    changed |= cleared;
  }
  if (changed) {
    BOOST_OUTCOME_CO_TRY(containers, co_await context.engine.list_containers({}));
  }
  co_return ok();
}

Task<> ask_gpu(Context& context, const std::vector<const CatalogEntry*>& entries,
               EngineFacts& facts) {
  const bool wanted = std::any_of(entries.begin(), entries.end(), [](const auto* entry) {
    const auto& services = entry->project.services;
    return std::any_of(services.begin(), services.end(), [](const auto& each) { return each.gpu; });
  });
  if (!wanted) co_return ok();
  BOOST_OUTCOME_CO_TRY(const auto info, co_await context.engine.info());
  facts.gpu = info.gpu;
  co_return ok();
}

Task<> list_containers(Context& context, EngineFacts& facts) {
  BOOST_OUTCOME_CO_TRY(facts.containers, co_await context.engine.list_containers({}));
  co_return ok();
}

Task<EngineFacts> engine_facts(Context& context, const std::vector<const CatalogEntry*>& entries) {
  EngineFacts facts{.volumes_root = find_volumes_root(context)};
  std::vector<Task<>> questions;
  questions.push_back(ask_gpu(context, entries, facts));
  questions.push_back(list_containers(context, facts));
  auto answers = co_await when_all(std::move(questions));
  for (auto& answer : answers) {
    BOOST_OUTCOME_CO_TRY(std::move(answer));
  }
  co_return facts;
}

Result<> preflight(Context& context, const CatalogEntry& entry,
                   const std::vector<ports::ContainerSummary>& containers) {
  for (const auto& service : entry.project.services) {
    const auto spec =
        container_for(entry, service, {effective_image(context, entry, service), ""}, false);
    std::string own;
    for (const auto& container : containers) {
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
    auto checked = check_ports(context, entry, spec, own, containers);
    if (!checked) return unchanged(std::move(checked).error());
  }
  return ok();
}

Task<DeployReport> deploy(Context& context, const CatalogEntry& entry, EngineFacts facts,
                          DeployOptions options) {
  Deployment deployment{context, entry, std::move(facts), options};
  co_return co_await deployment.run();
}

}  // namespace aistack::operations
