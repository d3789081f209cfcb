#include "operations/versions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "operations/labels.hpp"
#include "operations/stack.hpp"

namespace aistack::operations {
namespace {

// "registry:5000/a/b" of "registry:5000/a/b:1" and of "…@sha256:…".
std::string repository_of(const std::string& reference) {
  const auto name = reference.substr(0, reference.find('@'));
  const auto colon = name.rfind(':');
  const auto slash = name.rfind('/');
  const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  return tagged ? name.substr(0, colon) : name;
}

// An image may have come from several repositories; the one that the service names counts first.
std::optional<std::string> digest_of(const ports::ImageDetails& image,
                                     const std::string& reference) {
  const auto repository = repository_of(reference);
  for (const auto& digest : image.digests)
    if (repository_of(digest) == repository) return digest;
  // Docker shortens "docker.io/library/x" to "x": any of them names the same content.
  return image.digests.empty() ? std::nullopt : std::optional{image.digests.front()};
}

Task<ServiceVersion> version_of(Context& context, const CatalogEntry& entry,
                                const ports::ContainerSummary& container) {
  ServiceVersion version{.service = entry.name,
                         .image = shown_image(container),
                         .image_id = container.image_id,
                         .locked = context.versions.reference(entry.name)};
  BOOST_OUTCOME_CO_TRY(const auto image, co_await context.engine.inspect_image(container.image_id));
  if (image) version.digest = digest_of(*image, version.image);
  if (!version.locked) co_return version;
  BOOST_OUTCOME_CO_TRY(const auto wanted, co_await context.engine.inspect_image(*version.locked));
  version.running_locked = wanted && wanted->id == container.image_id;
  co_return version;
}

Error not_lockable(const std::string& service, std::string why, std::string next) {
  Error error{ErrorCode::kNotFound, std::move(why)};
  error.what = fmt::format("cannot lock the version of {}", service);
  error.state = "versions.lock was not changed";
  error.next = {std::move(next)};
  return error;
}

Result<> write_lock(Context& context, const std::map<std::string, std::string>& references) {
  const auto& file = context.paths.versions_lock;
  BOOST_OUTCOME_TRY(const auto text, context.host.read_text(file));
  const auto edited = domain::edit_versions_lock(text.value_or(""), references);
  // What cannot be read back must not be written.
  BOOST_OUTCOME_TRY(domain::parse_versions_lock(file.string(), edited));
  return context.host.write_text(file, edited);
}

}  // namespace

Task<VersionsReport> versions(Context& context) {
  VersionsReport report{.mode = context.settings.updates.mode,
                        .lock_file = context.paths.versions_lock.string(),
                        .lock_exists = context.host.exists(context.paths.versions_lock)};
  BOOST_OUTCOME_CO_TRY(const auto containers, co_await context.engine.list_containers({}));
  for (const auto& entry : context.catalog.entries()) {
    BOOST_OUTCOME_CO_TRY(const auto view, view_of(context, entry, containers));
    if (!view.main().container) continue;
    BOOST_OUTCOME_CO_TRY(auto version, co_await version_of(context, entry, *view.main().container));
    report.services.push_back(std::move(version));
  }
  co_return report;
}

Task<LockReport> lock_versions(Context& context, std::vector<std::string> services) {
  for (const auto& service : services) {
    BOOST_OUTCOME_CO_TRY(context.catalog.find(service));
  }
  BOOST_OUTCOME_CO_TRY(const auto running, co_await versions(context));
  if (services.empty())
    for (const auto& version : running.services) services.push_back(version.service);
  LockReport report{.lock_file = running.lock_file};
  for (const auto& service : services) {
    const auto found = std::find_if(running.services.begin(), running.services.end(),
                                    [&](const auto& each) { return each.service == service; });
    if (found == running.services.end())
      co_return not_lockable(service, "it has no container", "aistack install " + service);
    if (!found->digest)
      co_return not_lockable(service,
                             fmt::format("{} was never pulled from a registry", found->image),
                             fmt::format("write the line yourself: {}:{}", service, found->image));
    report.references[service] = *found->digest;
  }
  if (report.references.empty()) co_return report;
  auto written = write_lock(context, report.references);
  if (written) co_return report;
  auto error = with_what(std::move(written).error(), "cannot write versions.lock");
  co_return with_state(std::move(error), "versions.lock was not changed");
}

}  // namespace aistack::operations
