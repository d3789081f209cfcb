#include "operations/images.hpp"

#include "operations/labels.hpp"

namespace aistack::operations {

std::string effective_image(const Context& context, const CatalogEntry& entry,
                            const compose::ComposeService& service) {
  if (service.name != entry.spec().main) return service.image;
  return context.versions.reference(entry.name).value_or(service.image);
}

domain::ContainerSpec container_for(const CatalogEntry& entry,
                                    const compose::ComposeService& service,
                                    const ImageChoice& image, bool drop_gpu,
                                    const ContainerIds& containers) {
  const compose::ContainerOptions options{
      .image = image.reference,
      .image_id = image.image_id,
      .drop_gpu = drop_gpu,
      .labels = own_labels(entry.name, service, image.reference, drop_gpu),
      .container_ids = containers};
  return compose::container_spec(entry.project, service, options);
}

Task<> name_image(Context& context, domain::ContainerSpec& spec, std::string reference,
                  std::string image_id) {
  BOOST_OUTCOME_CO_TRY(const auto tagged, co_await context.engine.inspect_image(reference));
  spec.config["Image"] = tagged && tagged->id == image_id ? reference : image_id;
  co_return ok();
}

}  // namespace aistack::operations
