#pragma once

#include <optional>
#include <string>
#include <vector>

#include "operations/context.hpp"
#include "operations/operation.hpp"

namespace aistack::operations {

struct UpdateReport {
  enum class Outcome {
    up_to_date,
    available,  // of a check: the registry has another image
    updated,
    rolled_back,      // it failed, and the previous version is back and green
    not_rolled_back,  // it failed, and the previous version is not (yet) back
  };
  std::string service;
  Outcome outcome = Outcome::up_to_date;
  std::string from_image;
  std::string to_image;
  std::string from_image_id;
  std::string to_image_id;
  std::string to_digest;  // of a check: what the registry has
  std::string held_by;    // the versions.lock that names the image; "" if none does
  bool rollback = false;  // it was one, by hand
  std::optional<std::chrono::milliseconds> downtime;
  std::optional<Error> error;  // why it was rolled back
};

enum class CheckOnly { no, yes };

// Updates a service: pull, stage, snapshot where asked for, swap by rename, green, soak, commit;
// or back. See docs/OPERATIONS.md. The plan is in `<service>_update_plan.json` while it lasts and
// afterwards.
//
// A check only asks the registry, and writes no event.
// An Error: nothing was changed (pinned, network, a new image that does not come up in staging).
// After that point the outcome tells.
Task<UpdateReport> update(Context& context, std::string service, CheckOnly check);

// Back to the image that the last update replaced, with the snapshot that it took. The data of now
// is kept beside until the older version is proven. kNotFound: no update is recorded.
Task<UpdateReport> rollback(Context& context, std::string service);

}  // namespace aistack::operations
