#include "operations/purge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/when_all.hpp"
#include "operations/labels.hpp"
#include "operations/purge_plan.hpp"

namespace aistack::operations {
namespace {

namespace fs = std::filesystem;

constexpr auto kSubject = "purge";  // what the progress display calls it
constexpr auto kAgain = "aistack purge --all";

using Locks = std::vector<std::unique_ptr<ports::ServiceLock>>;

bool names_a_service(const std::string& text) {
  return !text.empty() && text[0] != '.' && text.find('/') == std::string::npos;
}

// The services of the catalog, and those that only a container still tells of.
std::set<std::string> services_of(const Context& context, const PurgeInventory& inventory) {
  std::set<std::string> names;
  for (const auto& entry : context.catalog.entries()) names.insert(entry.name);
  for (const auto& broken : context.catalog.broken()) names.insert(broken.name);
  for (const auto& container : inventory.containers) {
    const auto label = container.labels.find(kServiceLabel);
    if (label != container.labels.end() && names_a_service(label->second))
      names.insert(label->second);
  }
  return names;
}

Task<Locks> lock_all(Context& context, std::set<std::string> services) {
  Locks locks;
  for (const auto& service : services) {
    const std::string operation = "purge";
    BOOST_OUTCOME_CO_TRY(auto lock,
                         co_await context.locks.acquire(service, operation, context.lock_timeout));
    locks.push_back(std::move(lock));
  }
  co_return locks;
}

class Purge {
 public:
  Purge(Context& context, RemoveConfigs configs, PurgeInventory inventory)
      : context_(context), configs_(configs), inventory_(std::move(inventory)) {}

  Task<PurgeReport> run() {
    report_.images = inventory_.images;
    plan();
    BOOST_OUTCOME_CO_TRY(co_await containers());
    BOOST_OUTCOME_CO_TRY(co_await networks());
    BOOST_OUTCOME_CO_TRY(co_await volumes());
    remove_paths(inventory_.data);
    remove_empty(context_.volumes_root);
    remove_empty(context_.paths.volumes);
    remove_paths(inventory_.secrets);
    remove_paths(inventory_.logs);
    remove_paths(inventory_.configs);
    // The documents go last: with them goes what a second run could learn from this one.
    if (report_.leftovers.empty()) {
      remove_paths(inventory_.state);
      static_cast<void>(context_.state.remove(kPurgePlan));
    } else {
      auto documents = inventory_.state;
      std::erase(documents, context_.paths.state / kPurgePlan);
      remove_paths(documents);
    }
    BOOST_OUTCOME_CO_TRY(co_await look_again());
    co_return std::move(report_);
  }

 private:
  void plan() {
    auto directories = inventory_.data;
    for (const auto& volume : inventory_.volumes)
      if (!volume.directory.empty()) directories.push_back(volume.directory);
    // What lies in aistack's own root is found again without.
    std::erase_if(directories, [&](const fs::path& path) {
      return path.parent_path() == context_.paths.volumes;
    });
    write_purge_plan(context_, directories);
  }

  // Stopped first, all at once: a database that is on a volume which stays ends in good order.
  Task<> containers() {
    if (inventory_.containers.empty()) co_return ok();
    context_.progress.step(kSubject, "stopping containers");
    std::vector<Task<>> stops;
    for (const auto& container : inventory_.containers)
      if (container.state == ports::ContainerState::running)
        stops.push_back(context_.engine.stop_container(container.id, std::nullopt));
    const auto all_stopped = co_await when_all(std::move(stops));
    for (const auto& stopped : all_stopped)
      if (!stopped && is_fatal(stopped.error())) co_return stopped.error();
    context_.progress.step(kSubject, "removing containers");
    const ports::RemoveOptions force{.force = true, .anonymous_volumes = true};
    std::vector<Task<>> removals;
    for (const auto& container : inventory_.containers)
      removals.push_back(context_.engine.remove_container(container.id, force));
    const auto removed = co_await when_all(std::move(removals));
    for (std::size_t i = 0; i < removed.size(); ++i) {
      const auto& name = inventory_.containers[i].name;
      if (removed[i]) {
        report_.containers.push_back(name);
        continue;
      }
      if (is_fatal(removed[i].error())) co_return removed[i].error();
      left("container", name, removed[i].error().why, {"docker rm -f " + name, kAgain});
    }
    co_return ok();
  }

  Task<> networks() {
    for (const auto& network : inventory_.networks) {
      BOOST_OUTCOME_CO_TRY(const auto users, co_await users_of_network(network));
      if (!users.empty()) {
        left("network", network, "it is used by " + described(users),
             {fmt::format("docker network disconnect -f {} {}", network, users.front()), kAgain});
        continue;
      }
      const auto removed = co_await context_.engine.remove_network(network);
      if (removed) {
        report_.networks.push_back(network);
        continue;
      }
      if (is_fatal(removed.error())) co_return removed.error();
      left("network", network, removed.error().why, {"docker network rm " + network, kAgain});
    }
    co_return ok();
  }

  // Stopped ones too: they could not start any more without it.
  Task<std::vector<std::string>> users_of_network(std::string network) {
    BOOST_OUTCOME_CO_TRY(const auto all, co_await context_.engine.list_containers({}));
    std::vector<std::string> users;
    for (const auto& container : all)
      if (container.networks.contains(network)) users.push_back(container.name);
    co_return users;
  }

  Task<> volumes() {
    if (!inventory_.volumes.empty()) context_.progress.step(kSubject, "removing volumes");
    for (const auto& volume : inventory_.volumes) {
      const auto removed = co_await context_.engine.remove_volume(volume.name);
      if (!removed) {
        if (is_fatal(removed.error())) co_return removed.error();
        BOOST_OUTCOME_CO_TRY(co_await volume_left(volume.name, removed.error()));
        continue;
      }
      if (!volume.directory.empty()) {
        const auto gone = context_.host.remove_tree(volume.directory);
        if (!gone) {
          path_left(volume.directory, gone.error());
          continue;
        }
      }
      report_.volumes.push_back(volume);
      report_.freed_bytes += volume.bytes;
    }
    co_return ok();
  }

  Task<> volume_left(std::string volume, Error error) {
    if (error.code != ErrorCode::kVolumeInUse) {
      left("volume", volume, error.why, {"docker volume rm " + volume, kAgain});
      co_return ok();
    }
    BOOST_OUTCOME_CO_TRY(const auto users, co_await users_of_volume(volume));
    if (users.empty()) {
      left("volume", volume, error.why, {kAgain});
      co_return ok();
    }
    left("volume", volume, "it is in use by " + described(users),
         {fmt::format("docker rm -f {}", fmt::join(users, " ")), kAgain});
    co_return ok();
  }

  Task<std::vector<std::string>> users_of_volume(std::string volume) {
    std::vector<std::string> users;
    BOOST_OUTCOME_CO_TRY(const auto all, co_await context_.engine.list_containers({}));
    for (const auto& container : all) {
      const auto seen = co_await context_.engine.inspect_container(container.id);
      if (!seen && is_fatal(seen.error())) co_return seen.error();
      if (!seen || !seen.value()) continue;
      const auto& mounts = seen.value()->mounts;
      if (std::any_of(mounts.begin(), mounts.end(),
                      [&](const auto& mount) { return mount.name == volume; }))
        users.push_back(container.name);
    }
    co_return users;
  }

  void remove_paths(const std::vector<fs::path>& paths) {
    for (const auto& path : paths) {
      if (!context_.host.exists(path)) continue;
      const auto removed = context_.host.remove_tree(path);
      if (removed)
        report_.paths.push_back(path.string());
      else
        path_left(path, removed.error());
    }
  }

  void remove_empty(const fs::path& directory) {
    const auto names = context_.host.list_directory(directory);
    if (!names || !names.value().empty() || !context_.host.exists(directory)) return;
    // A root that cannot go (a mount point) is empty at least.
    if (context_.host.remove_tree(directory)) report_.paths.push_back(directory.string());
  }

  // What the second look finds and nobody has accounted for.
  Task<> look_again() {
    BOOST_OUTCOME_CO_TRY(const auto after, co_await purge_inventory(context_, configs_));
    report_.kept = after.kept;
    for (const auto& container : after.containers)
      left("container", container.name, "it is still there",
           {"docker rm -f " + container.name, kAgain});
    for (const auto& network : after.networks)
      left("network", network, "it is still there", {"docker network rm " + network, kAgain});
    for (const auto& volume : after.volumes)
      left("volume", volume.name, "it is still there", {kAgain});
    for (const auto* paths :
         {&after.data, &after.secrets, &after.logs, &after.configs, &after.state})
      for (const auto& path : *paths)
        if (path != context_.paths.state / kPurgePlan)
          left("file", path.string(), "it is still there", {"sudo rm -r " + path.string()});
    co_return ok();
  }

  void path_left(const fs::path& path, const Error& error) {
    left("file", path.string(), error.why, {"sudo rm -r " + path.string()});
  }

  void left(std::string kind, std::string name, std::string why, std::vector<std::string> next) {
    const bool known =
        std::any_of(report_.leftovers.begin(), report_.leftovers.end(),
                    [&](const auto& each) { return each.kind == kind && each.name == name; });
    if (!known)
      report_.leftovers.push_back(
          {std::move(kind), std::move(name), std::move(why), std::move(next)});
  }

  static std::string described(const std::vector<std::string>& containers) {
    return fmt::format("the container{} {}", containers.size() == 1 ? "" : "s",
                       fmt::join(containers, ", "));
  }

  Context& context_;
  RemoveConfigs configs_;
  PurgeInventory inventory_;
  PurgeReport report_;
};

Error in_part(Error error) {
  error = with_what(std::move(error), "cannot finish the purge");
  error = with_state(std::move(error), "removed in part; running the same command again goes on");
  return error;
}

}  // namespace

Task<PurgeReport> purge(Context& context, RemoveConfigs configs) {
  auto before = co_await purge_inventory(context, configs);
  if (!before) {
    auto error = with_what(std::move(before).error(), "cannot purge");
    co_return unchanged(std::move(error));
  }
  const auto services = services_of(context, before.value());
  auto locks = co_await lock_all(context, services);
  if (!locks) {
    auto error = with_what(std::move(locks).error(), "cannot purge");
    co_return unchanged(std::move(error));
  }
  // Again, under the locks: somebody may have ended an update in between.
  auto inventory = co_await purge_inventory(context, configs);
  if (!inventory) {
    auto error = with_what(std::move(inventory).error(), "cannot purge");
    co_return unchanged(std::move(error));
  }
  Purge work{context, configs, std::move(inventory).value()};
  auto report = co_await work.run();
  if (!report) {
    context.progress.failed(kSubject, "not finished");
    co_return in_part(std::move(report).error());
  }
  context.progress.done(kSubject, report.value().leftovers.empty() ? "done" : "something is left");
  co_return report;
}

}  // namespace aistack::operations
