#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/deploy.hpp"
#include "operations/held_back.hpp"
#include "operations/images.hpp"

// What deploying a service means for each of its containers. Nothing is changed here but the
// engine's store of images.
namespace aistack::operations {

// Does the service ask for a GPU where the engine has none?
bool drops_gpu(const compose::ComposeService& service, const EngineFacts& facts);

// One container of the service: what there is and what must be done with it.
struct Part {
  const compose::ComposeService* service = nullptr;
  std::optional<ports::ContainerSummary> existing = {};
  std::vector<std::string> drifted = {};
  std::string image = {};  // the reference that it is to run
  std::optional<HeldBack> held = {};
  bool stopped = false;  // by a restart, since `existing` was seen

  bool must_create() const { return !existing || !drifted.empty(); }
  bool was_up() const { return existing && is_up(existing->state); }
  bool paused() const {
    return was_up() && !stopped && existing->state == ports::ContainerState::paused;
  }
  // As it should: nothing has to be started.
  bool running() const { return was_up() && !stopped && !paused(); }
};

// The ids of the containers that exist, by Compose service.
ContainerIds existing_ids(const ServiceView& view);

// The parts in the order in which they start, each with the keys in which it has drifted.
Task<std::vector<Part>> parts_of(Context& context, const ServiceView& view,
                                 const EngineFacts& facts);

// The image that the part is to run, pulled if the policy says so.
Task<ports::ImageDetails> image_of(Context& context, const CatalogEntry& entry, const Part& part,
                                   PullPolicy policy);

// The same for all parts that are made anew, at once; gives their ids, "" for the other parts.
Task<std::vector<std::string>> image_ids(Context& context, const CatalogEntry& entry,
                                         const std::vector<Part>& parts, PullPolicy policy);

}  // namespace aistack::operations
