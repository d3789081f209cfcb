#pragma once

#include <string>

#include "operations/context.hpp"

namespace aistack::operations {

enum class PullPolicy { missing, always, never };

struct WantedImage {
  std::string reference;
  std::string platform = {};  // "linux/arm64"; "" is the engine's own
};

// The image in the engine, pulled if the policy says so, with its progress reported for `service`.
// `never` and absent: kImageNotFound. A pull that the network broke is tried three times.
// Nothing but the engine's store of images is changed; layers that arrived are kept by it.
// An image of another platform than the one wanted counts as absent.
Task<ports::ImageDetails> ensure_image(Context& context, std::string service, WantedImage wanted,
                                       PullPolicy policy);

// Sums up the layers of one pull.
class PullMeter {
 public:
  explicit PullMeter(std::string image) { totals_.image = std::move(image); }
  const PullTotals& add(const ports::PullProgress& progress);

 private:
  struct Layer {
    std::uint64_t current = 0;
    std::optional<std::uint64_t> total;
    bool done = false;
  };
  std::map<std::string, Layer> layers_;
  PullTotals totals_;
};

}  // namespace aistack::operations
