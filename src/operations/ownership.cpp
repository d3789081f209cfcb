#include "operations/ownership.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "operations/labels.hpp"
#include "operations/resources.hpp"

namespace aistack::operations {
namespace {

namespace fs = std::filesystem;

constexpr auto kOwnPrefix = "io.aistack.";
constexpr auto kComposePrefix = "com.docker.compose.";

bool has_own_label(const Labels& labels) {
  const auto found = labels.lower_bound(kOwnPrefix);
  return found != labels.end() && found->first.starts_with(kOwnPrefix);
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Does the service's file leave to aistack where this volume lies?
bool is_plain(const CatalogEntry& entry, const std::string& volume) {
  const auto& keys = entry.project.volume_keys;
  return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
    const auto spec = compose::volume_spec(entry.project, key);
    return spec.name == volume && spec.plain;
  });
}

// Docker Compose's labels and no others.
bool compose_labels_only(const Labels& labels) {
  return std::all_of(labels.begin(), labels.end(),
                     [](const auto& label) { return label.first.starts_with(kComposePrefix); });
}

}  // namespace

bool lies_below(const fs::path& path, const fs::path& directory) {
  const auto relative = path.lexically_normal().lexically_relative(directory.lexically_normal());
  return !relative.empty() && relative != "." && *relative.begin() != "..";
}

bool is_ours(const ports::ContainerSummary& container, const Catalog& catalog) {
  if (has_own_label(container.labels)) return true;
  const auto files = split(value_of(container.labels, kComposeFiles), ',');
  const auto project = value_of(container.labels, kComposeProject);
  return std::any_of(
      catalog.entries().begin(), catalog.entries().end(), [&](const CatalogEntry& entry) {
        return entry.project.name == project && contains(files, entry.files.front().string());
      });
}

fs::path bind_source(const ports::VolumeDetails& volume) {
  const auto how = split(value_of(volume.options, "o"), ',');
  const bool bound = volume.driver == "local" && (contains(how, "bind") || contains(how, "rbind"));
  const fs::path directory = value_of(volume.options, "device");
  return bound && directory.is_absolute() ? directory.lexically_normal() : fs::path{};
}

fs::path bound_directory(const ports::VolumeDetails& volume, const std::vector<fs::path>& roots) {
  auto directory = bind_source(volume);
  const bool below = std::any_of(roots.begin(), roots.end(), [&](const fs::path& root) {
    return directory == (root / volume.name).lexically_normal();
  });
  return below ? directory : fs::path{};
}

fs::path own_directory(const ports::VolumeDetails& volume, const Catalog& catalog,
                       const std::vector<fs::path>& roots) {
  if (auto directory = bound_directory(volume, roots); !directory.empty()) return directory;
  const auto entry = catalog.find(value_of(volume.labels, kVolumeLabel));
  if (!entry || !is_plain(*entry.value(), volume.name)) return {};
  auto directory = bind_source(volume);
  return directory.filename() == volume.name ? directory : fs::path{};
}

bool is_anonymous(const std::string& volume) {
  constexpr std::size_t kDigits = 64;
  return volume.size() == kDigits &&
         volume.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_ours(const ports::VolumeDetails& volume, const Catalog& catalog,
             const std::vector<fs::path>& roots, const std::vector<std::string>& mounted) {
  if (has_own_label(volume.labels) || !bound_directory(volume, roots).empty()) return true;
  if (!contains(mounted, volume.name)) return false;
  const auto project = value_of(volume.labels, kComposeProject);
  return std::any_of(
      catalog.entries().begin(), catalog.entries().end(), [&](const CatalogEntry& entry) {
        return entry.project.name == project && contains(own_volumes(entry), volume.name);
      });
}

bool is_ours(const ports::NetworkDetails& network, const Catalog& catalog,
             const std::vector<std::string>& attached) {
  if (has_own_label(network.labels)) return true;
  if (!contains(attached, network.name) || !compose_labels_only(network.labels)) return false;
  if (network.name == kStackNetwork) return network.labels.empty();
  const auto project = value_of(network.labels, kComposeProject);
  return std::any_of(
      catalog.entries().begin(), catalog.entries().end(), [&](const CatalogEntry& entry) {
        return entry.project.name == project && contains(own_networks(entry), network.name);
      });
}

}  // namespace aistack::operations
