#pragma once

#include <string>

#include "operations/context.hpp"

namespace aistack::operations {

// The image that a service's container is to run: that of versions.lock, else the file's. The lock
// speaks of the main container.
std::string effective_image(const Context& context, const CatalogEntry& entry,
                            const compose::ComposeService& service);

// The specification of a container that runs `image_id` (as the engine has it, and nothing else)
// and is, for drift, made from `reference`.
struct ImageChoice {
  std::string reference;
  std::string image_id;  // "": unknown yet; the reference is used
};
// `containers`: the ids of those that exist, by Compose service, for one that lives in another's
// network or process space.
using ContainerIds = std::map<std::string, std::string>;
domain::ContainerSpec container_for(const CatalogEntry& entry,
                                    const compose::ComposeService& service,
                                    const ImageChoice& image, bool drop_gpu,
                                    const ContainerIds& containers = {});

// Makes `spec` name the image `image_id`: by the reference that it has while that means this image,
// as people like to read it in `docker ps`, and else by its id.
Task<> name_image(Context& context, domain::ContainerSpec& spec, std::string reference,
                  std::string image_id);

}  // namespace aistack::operations
