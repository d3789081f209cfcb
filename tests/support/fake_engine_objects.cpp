#include <fmt/format.h>

#include <algorithm>

#include "support/fake_engine.hpp"

// The FakeEngine's calls about itself, images, networks and volumes.
namespace aistack::testing {

ports::ImageDetails* FakeEngine::find_image(const std::string& reference) {
  for (auto& [id, image] : images) {
    if (id == reference) return &image;
    for (const auto& names : {image.tags, image.digests})
      if (std::find(names.begin(), names.end(), reference) != names.end()) return &image;
  }
  return nullptr;
}

ports::NetworkDetails* FakeEngine::find_network(const std::string& name) {
  for (auto& [id, network] : networks)
    if (network.name == name || id == name) return &network;
  return nullptr;
}

Task<ports::EngineVersion> FakeEngine::version() {
  BOOST_OUTCOME_CO_TRY(co_await begin("version"));
  co_return engine_version;
}

Task<ports::EngineInfo> FakeEngine::info() {
  BOOST_OUTCOME_CO_TRY(co_await begin("info"));
  ports::EngineInfo info;
  info.name = "fake-host";
  info.root_directory = "/fake";
  info.storage_driver = "overlay2";
  info.cgroup_driver = "systemd";
  info.cgroup_version = "2";
  info.kernel = "6.1.0";
  info.operating_system = "Fake GNU/Linux";
  info.memory_bytes = std::uint64_t{16} << 30;
  info.cpus = 8;
  info.runtimes = {"runc"};
  if (gpu) info.runtimes.insert(info.runtimes.begin(), "nvidia");
  info.gpu = gpu;
  info.rootless = rootless;
  co_return info;
}

Task<std::optional<ports::ImageDetails>> FakeEngine::inspect_image(std::string reference) {
  BOOST_OUTCOME_CO_TRY(co_await begin("inspect_image", reference));
  std::optional<ports::ImageDetails> image;
  if (const auto* found = find_image(reference); found != nullptr) image = *found;
  co_return image;
}

Task<std::string> FakeEngine::registry_digest(std::string reference) {
  BOOST_OUTCOME_CO_TRY(co_await begin("registry_digest", reference));
  if (registry_error) co_return *registry_error;
  const auto found = registry.find(reference);
  if (found == registry.end()) co_return Error{ErrorCode::kImageNotFound, "manifest unknown"};
  const auto& digests = found->second.details.digests;
  if (digests.empty()) co_return std::string{};
  co_return digests.front().substr(digests.front().find('@') + 1);
}

Task<std::vector<ports::ImageDetails>> FakeEngine::list_images() {
  BOOST_OUTCOME_CO_TRY(co_await begin("images"));
  std::vector<ports::ImageDetails> list;
  for (const auto& [id, image] : images) list.push_back(image);
  co_return list;
}

Task<> FakeEngine::tag_image(std::string reference, std::string new_reference) {
  BOOST_OUTCOME_CO_TRY(co_await begin("tag", reference + " " + new_reference));
  auto* image = find_image(reference);
  if (image == nullptr) co_return Error{ErrorCode::kNotFound, "No such image: " + reference};
  if (auto* before = find_image(new_reference); before != nullptr)
    std::erase(before->tags, new_reference);
  image->tags.push_back(new_reference);
  co_return end("tag");
}

Task<> FakeEngine::remove_image(std::string reference) {
  BOOST_OUTCOME_CO_TRY(co_await begin("remove_image", reference));
  auto* image = find_image(reference);
  if (image == nullptr) co_return ok();
  const auto id = image->id;
  const bool last_name = reference == id || image->tags.size() <= 1;
  const bool used = std::any_of(containers.begin(), containers.end(), [&](const auto& entry) {
    return entry.second->details.image_id == id;
  });
  if (used && last_name)
    co_return Error{ErrorCode::kConflict,
                    fmt::format("conflict: unable to remove repository reference \"{}\" (must "
                                "force) - container is using its referenced image",
                                reference)};
  std::erase(image->tags, reference);
  if (last_name) images.erase(id);
  co_return end("remove_image");
}

Task<std::vector<ports::NetworkDetails>> FakeEngine::list_networks() {
  BOOST_OUTCOME_CO_TRY(co_await begin("networks"));
  std::vector<ports::NetworkDetails> list;
  for (const auto& [id, network] : networks) list.push_back(network);
  co_return list;
}

Task<std::optional<ports::NetworkDetails>> FakeEngine::inspect_network(std::string name) {
  BOOST_OUTCOME_CO_TRY(co_await begin("inspect_network", name));
  std::optional<ports::NetworkDetails> network;
  if (const auto* found = find_network(name); found != nullptr) {
    network = *found;
    for (const auto& [id, container] : containers)
      if (container->details.state == ports::ContainerState::running &&
          container->details.networks.contains(found->name))
        network->containers.emplace(id, container->details.name);
  }
  co_return network;
}

Task<std::string> FakeEngine::create_network(domain::NetworkSpec spec) {
  BOOST_OUTCOME_CO_TRY(co_await begin("create_network", spec.name));
  if (find_network(spec.name) != nullptr)
    co_return Error{ErrorCode::kNameInUse,
                    fmt::format("network with name {} already exists", spec.name)};
  ports::NetworkDetails network;
  network.id = new_id();
  network.name = spec.name;
  network.driver = spec.options.value("Driver", "bridge");
  if (spec.options.contains("Labels"))
    network.labels = spec.options["Labels"].get<std::map<std::string, std::string>>();
  networks.emplace(network.id, network);
  emit("network", "create", network.id, {{"name", network.name}});
  BOOST_OUTCOME_CO_TRY(end("create_network"));
  co_return network.id;
}

Task<> FakeEngine::remove_network(std::string name) {
  BOOST_OUTCOME_CO_TRY(co_await begin("remove_network", name));
  const auto* network = find_network(name);
  if (network == nullptr) co_return ok();
  for (const auto& [id, container] : containers)
    if (container->details.state == ports::ContainerState::running &&
        container->details.networks.contains(network->name))
      co_return Error{ErrorCode::kConflict, fmt::format("error while removing network: network {} "
                                                        "has active endpoints",
                                                        name)};
  const auto id = network->id;
  networks.erase(id);
  emit("network", "destroy", id, {{"name", name}});
  co_return end("remove_network");
}

Task<> FakeEngine::connect_network(domain::NetworkAttachment attachment, std::string container) {
  BOOST_OUTCOME_CO_TRY(co_await begin("connect", attachment.network + " " + container));
  if (find_network(attachment.network) == nullptr)
    co_return Error{ErrorCode::kNetworkNotFound, "network " + attachment.network + " not found"};
  auto* found = find(container);
  if (found == nullptr) co_return Error{ErrorCode::kNotFound, "No such container: " + container};
  found->details.networks[attachment.network] =
      found->details.state == ports::ContainerState::running
          ? fmt::format("172.30.0.{}", next_address_++)
          : "";
  found->spec.networks.push_back(std::move(attachment));
  co_return end("connect");
}

Task<> FakeEngine::disconnect_network(std::string network, std::string container) {
  BOOST_OUTCOME_CO_TRY(co_await begin("disconnect", network + " " + container));
  if (find_network(network) == nullptr)
    co_return Error{ErrorCode::kNotFound, "network " + network + " not found"};
  auto* found = find(container);
  if (found == nullptr) co_return Error{ErrorCode::kNotFound, "No such container: " + container};
  found->details.networks.erase(network);
  co_return end("disconnect");
}

Task<std::vector<ports::VolumeDetails>> FakeEngine::list_volumes() {
  BOOST_OUTCOME_CO_TRY(co_await begin("volumes"));
  std::vector<ports::VolumeDetails> list;
  for (const auto& [name, volume] : volumes) list.push_back(volume);
  co_return list;
}

Task<std::optional<ports::VolumeDetails>> FakeEngine::inspect_volume(std::string name) {
  BOOST_OUTCOME_CO_TRY(co_await begin("inspect_volume", name));
  std::optional<ports::VolumeDetails> volume;
  if (const auto found = volumes.find(name); found != volumes.end()) volume = found->second;
  co_return volume;
}

Task<> FakeEngine::create_volume(domain::VolumeSpec spec) {
  BOOST_OUTCOME_CO_TRY(co_await begin("create_volume", spec.name));
  if (volumes.contains(spec.name)) co_return ok();
  ports::VolumeDetails volume;
  volume.name = spec.name;
  volume.driver = spec.options.value("Driver", "local");
  volume.mountpoint = "/fake/volumes/" + spec.name + "/_data";
  if (spec.options.contains("Labels"))
    volume.labels = spec.options["Labels"].get<std::map<std::string, std::string>>();
  if (spec.options.contains("DriverOpts"))
    volume.options = spec.options["DriverOpts"].get<std::map<std::string, std::string>>();
  volumes.emplace(spec.name, volume);
  emit("volume", "create", spec.name, {{"driver", volume.driver}});
  co_return end("create_volume");
}

Task<> FakeEngine::remove_volume(std::string name) {
  BOOST_OUTCOME_CO_TRY(co_await begin("remove_volume", name));
  if (!volumes.contains(name)) co_return ok();
  for (const auto& [id, container] : containers)
    for (const auto& mount : container->details.mounts)
      if (mount.name == name)
        co_return Error{ErrorCode::kVolumeInUse,
                        fmt::format("remove {}: volume is in use - [{}]", name, id)};
  volumes.erase(name);
  emit("volume", "destroy", name, {});
  co_return end("remove_volume");
}

}  // namespace aistack::testing
