#include "operations/deploy_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/when_all.hpp"
#include "operations/labels.hpp"

namespace aistack::operations {
namespace {

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

Result<std::vector<Part>> compared(Context& context, const ServiceView& view,
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

}  // namespace

bool drops_gpu(const compose::ComposeService& service, const EngineFacts& facts) {
  return service.gpu && !facts.gpu;
}

ContainerIds existing_ids(const ServiceView& view) {
  ContainerIds ids;
  for (const auto& part : view.containers)
    if (part.container) ids[part.service->name] = part.container->id;
  return ids;
}

Task<std::vector<Part>> parts_of(Context& context, const ServiceView& view,
                                 const EngineFacts& facts) {
  BOOST_OUTCOME_CO_TRY(auto parts, compared(context, view, facts));
  BOOST_OUTCOME_CO_TRY(co_await forgive_names(context, parts));
  co_return parts;
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

}  // namespace aistack::operations
