#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

// The journal of an update: what is to be done, and each step written down before and after it is
// done, so that whatever kills aistack, the next command knows what stands.
namespace aistack::domain {

// One container that gets another image.
struct PlanMember {
  std::string compose_service;
  std::string container;  // its name
  std::string from_image;
  std::string from_image_id;
  std::string to_image;
  std::string to_image_id;
  bool was_running = false;
  // Ids of images from earlier updates that were kept, the newest first.
  std::vector<std::string> kept_images = {};
};

// A volume that was copied before the new version could change it. `saved` exists only when it is
// complete.
struct PlanSnapshot {
  std::string volume;
  std::string live;   // the directory that holds the data
  std::string saved;  // its copy
};

struct PlanStep {
  std::string name;  // "stage ollama", "stop aistack-ollama", …
  Time begun{};
  std::optional<Time> ended;
  std::string result;  // "" while it runs, "ok", or why it failed
};

struct UpdatePlan {
  enum class Kind { update, rollback };
  enum class Status {
    running,       // open: to be rolled back by whoever finds it
    rolling_back,  // open: likewise; also when the engine went away before it was done
    committed,     // the new version is proven; the old containers may still have to be removed
    finished,      // … and are
    rolled_back,   // the old version is back and green
    abandoned,     // failed before anything was changed
  };
  std::string service;
  std::string operation;
  Kind kind = Kind::update;
  Status status = Status::running;
  Time started{};
  std::optional<Time> ended;
  std::vector<PlanMember> members;
  std::vector<PlanSnapshot> snapshots;
  std::vector<PlanStep> steps;
  std::optional<std::int64_t> downtime_ms;
  std::string reason;  // why it was rolled back
  // The last update that was finished before this one, as its plan said: what a rollback goes back
  // over when this one comes to nothing. Null: there was none.
  nlohmann::json proven;

  bool came_to_nothing() const {
    return status == Status::rolled_back || status == Status::abandoned;
  }
};

// The last finished update that `plan` knows of: itself, or the one before it.
std::optional<UpdatePlan> last_finished(const std::optional<UpdatePlan>& plan);

// The finished update before `plan`, if any.
std::optional<UpdatePlan> proven_before(const UpdatePlan& plan);

std::string_view to_string(UpdatePlan::Status status);

nlohmann::json to_json(const UpdatePlan& plan);
// kCorruptState: `why` names the field.
Result<UpdatePlan> update_plan_from_json(const nlohmann::json& document);

// The step that lets the new version at the data: "start the new ollama".
inline constexpr auto kStartNewStep = "start the new ";
// May what is in the volumes be another version's work? Else only copies were made of it.
bool may_have_changed_data(const UpdatePlan& plan);

// What whoever finds the plan has to do.
enum class Recovery {
  nothing,
  roll_back,  // bring the old containers and the snapshot back
  clean_up,   // the new version won: remove the old containers
};
Recovery recovery_of(const UpdatePlan& plan);

}  // namespace aistack::domain
