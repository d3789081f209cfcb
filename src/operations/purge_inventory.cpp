#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "operations/labels.hpp"
#include "operations/ownership.hpp"
#include "operations/purge.hpp"
#include "operations/purge_plan.hpp"
#include "operations/resources.hpp"

namespace aistack::operations {
namespace {

namespace fs = std::filesystem;

constexpr auto kSnapshots = ".aistack-snapshots";
constexpr auto kBackups = "backups";

class Gatherer {
 public:
  Gatherer(Context& context, RemoveConfigs configs) : context_(context), configs_(configs) {}

  Task<PurgeInventory> run() {
    BOOST_OUTCOME_CO_TRY(co_await containers());
    BOOST_OUTCOME_CO_TRY(co_await networks());
    BOOST_OUTCOME_CO_TRY(co_await volumes());
    if (context_.engine.local()) data();
    state();
    logs();
    if (configs_ == RemoveConfigs::yes) configs();
    co_return std::move(found_);
  }

 private:
  Task<> containers() {
    BOOST_OUTCOME_CO_TRY(const auto all, co_await context_.engine.list_containers({}));
    std::set<std::string> images;
    for (const auto& container : all) {
      if (!is_ours(container, context_.catalog)) {
        if (named_like_ours(container.name))
          keep("container", container.name, "docker rm -f " + container.name);
        continue;
      }
      images.insert(container.image);
      for (const auto& [network, address] : container.networks) attached_.push_back(network);
      BOOST_OUTCOME_CO_TRY(co_await mounts(container.id));
      found_.containers.push_back(container);
    }
    found_.images.assign(images.begin(), images.end());
    co_return ok();
  }

  // A container that is going away meanwhile, or that the engine cannot inspect, has none.
  Task<> mounts(std::string id) {
    const auto details = co_await context_.engine.inspect_container(std::move(id));
    if (!details && is_fatal(details.error())) co_return details.error();
    if (!details || !details.value()) co_return ok();
    for (const auto& mount : details.value()->mounts)
      if (mount.type == "volume") mounted_.push_back(mount.name);
    co_return ok();
  }

  Task<> networks() {
    BOOST_OUTCOME_CO_TRY(const auto all, co_await context_.engine.list_networks());
    for (const auto& network : all) {
      if (is_ours(network, context_.catalog, attached_))
        found_.networks.push_back(network.name);
      else if (catalog_has(own_networks, network.name))
        keep("network", network.name, "docker network rm " + network.name);
    }
    co_return ok();
  }

  Task<> volumes() {
    const auto roots = volume_roots(context_);
    BOOST_OUTCOME_CO_TRY(const auto all, co_await context_.engine.list_volumes());
    for (const auto& volume : all) {
      const bool anonymous = is_anonymous(volume.name) && contains(mounted_, volume.name);
      if (!anonymous && !is_ours(volume, context_.catalog, roots, mounted_)) {
        if (catalog_has(own_volumes, volume.name))
          keep("volume", volume.name, "docker volume rm " + volume.name);
        continue;
      }
      PurgeVolume entry{.name = volume.name,
                        .directory = own_directory(volume, context_.catalog, roots)};
      if (context_.engine.local()) {
        const auto bytes = context_.host.tree_bytes(
            entry.directory.empty() ? fs::path{volume.mountpoint} : entry.directory);
        entry.bytes = bytes ? bytes.value() : 0;
      } else {
        entry.directory.clear();  // it lies on the engine's machine
      }
      found_.volumes.push_back(std::move(entry));
    }
    co_return ok();
  }

  // Directories below the roots whose volume the engine does not have (any more). The default root
  // is aistack's own; in another one only names of ours are.
  void data() {
    const auto planned = read_purge_plan(context_);
    for (const auto& root : volume_roots(context_)) {
      const bool own = root == context_.paths.volumes;
      const auto names = context_.host.list_directory(root);
      if (!names) continue;
      for (const auto& name : names.value()) {
        const auto path = root / name;
        const bool of_a_volume =
            std::any_of(found_.volumes.begin(), found_.volumes.end(),
                        [&](const auto& volume) { return volume.directory == path; });
        if (of_a_volume) continue;
        if (own || name == kSnapshots || catalog_has(own_volumes, name) ||
            std::find(planned.begin(), planned.end(), path) != planned.end())
          found_.data.push_back(path);
      }
    }
  }

  void state() {
    const auto& directory = context_.paths.state;
    if (context_.host.exists(context_.paths.secrets))
      found_.secrets.push_back(context_.paths.secrets);
    const auto names = context_.host.list_directory(directory);
    if (!names) return;
    for (const auto& name : names.value()) {
      const auto path = directory / name;
      if (path == context_.paths.secrets || path == context_.paths.volumes ||
          path == context_.paths.log || path == context_.paths.run)
        continue;
      if (name.ends_with(".json") || name.ends_with(".json.bad") ||
          (name.starts_with('.') && name.ends_with(".tmp")))
        found_.state.push_back(path);
      else if (name == kBackups)
        found_.kept.push_back({"file",
                               path.string(),
                               "backups are not part of a purge",
                               {fmt::format("rm -r {}", path.string())}});
    }
  }

  void logs() {
    const auto names = context_.host.list_directory(context_.paths.log);
    if (!names) return;
    for (const auto& name : names.value())
      for (const auto* log : {"aistack.log", "events.log", "metrics.log"})
        if (name == log || name.starts_with(std::string{log} + "."))
          found_.logs.push_back(context_.paths.log / name);
  }

  // Whole directories where aistack chose them ("/etc/aistack"); of files that the environment
  // names, only these: their directory may hold anything.
  void configs() {
    std::set<fs::path> paths;
    for (const auto& file : context_.paths.config_files)
      paths.insert(!file.required ? file.path.parent_path() : file.path);
    paths.insert(context_.paths.versions_lock);
    for (const auto& directory : context_.paths.compose_directories)
      if (directory.parent_path() == "/etc/aistack") paths.insert(directory);
    for (const auto& path : paths) {
      const bool covered = std::any_of(paths.begin(), paths.end(), [&](const fs::path& other) {
        return lies_below(path, other);
      });
      if (!covered && context_.host.exists(path)) found_.configs.push_back(path);
    }
  }

  static bool contains(const std::vector<std::string>& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
  }

  template <class Names>
  bool catalog_has(Names names_of, const std::string& name) const {
    const auto& entries = context_.catalog.entries();
    return std::any_of(entries.begin(), entries.end(),
                       [&](const CatalogEntry& entry) { return contains(names_of(entry), name); });
  }

  bool named_like_ours(const std::string& name) const {
    return catalog_has(
        [](const CatalogEntry& entry) {
          std::vector<std::string> names;
          for (const auto& service : entry.project.services)
            names.push_back(service.container_name);
          return names;
        },
        name);
  }

  void keep(std::string kind, std::string name, std::string command) {
    auto why = fmt::format("aistack did not make this {}", kind);
    found_.kept.push_back({std::move(kind), std::move(name), std::move(why), {std::move(command)}});
  }

  Context& context_;
  RemoveConfigs configs_;
  PurgeInventory found_;
  std::vector<std::string> attached_;  // networks that containers of ours are in
  std::vector<std::string> mounted_;   // volumes that they have
};

}  // namespace

bool PurgeInventory::empty() const {
  return containers.empty() && volumes.empty() && networks.empty() && data.empty() &&
         state.empty() && secrets.empty() && logs.empty() && configs.empty();
}

std::uint64_t PurgeInventory::volume_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& volume : volumes) sum += volume.bytes;
  return sum;
}

Task<PurgeInventory> purge_inventory(Context& context, RemoveConfigs configs) {
  Gatherer gatherer{context, configs};
  co_return co_await gatherer.run();
}

}  // namespace aistack::operations
