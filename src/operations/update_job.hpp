#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "domain/update_plan.hpp"
#include "operations/deploy.hpp"
#include "operations/images.hpp"
#include "operations/stack.hpp"
#include "operations/update.hpp"
#include "operations/update_journal.hpp"

// What an update and a rollback have in common: containers that get another image.
namespace aistack::operations {

// One container that gets another image.
struct Change {
  const compose::ComposeService* service = nullptr;
  ports::ContainerSummary running;
  domain::PlanMember member;
  domain::ContainerSpec spec = {};
};

struct UpdateJob {
  Context& context;
  const CatalogEntry* entry;  // another one once the catalog is read again
  domain::UpdatePlan::Kind kind;
  EngineFacts facts = {};
  std::vector<Change> changes = {};
  // Of all containers of the service; a new one takes the old one's place when it is made.
  ContainerIds containers = {};
  std::set<std::string> running = {};  // the Compose services that ran before
  // The last update that was finished before.
  std::optional<domain::UpdatePlan> before = {};
  // The one after that, if it came to nothing.
  std::optional<domain::UpdatePlan> failed = {};
  // Of a rollback: the data that the update had saved.
  std::vector<domain::PlanSnapshot> saved_data = {};

  bool was_running() const { return !running.empty(); }  // the service as a whole
};

// The service as it stands, once an operation on it that was killed is settled. kNotFound: it has
// no container.
Task<UpdateJob> begin_job(Context& context, const CatalogEntry& entry,
                          domain::UpdatePlan::Kind kind, ServiceView& view);

// Notes a container of the service, and that it gets `image_id` where it is to be changed.
void note_container(UpdateJob& job, const ContainerView& part);
void change_image(UpdateJob& job, const ContainerView& part, const std::string& to_image,
                  const std::string& to_image_id);

// Carries it out: try, exchange, prove, commit; or back. `snapshots`: of volumes that are saved
// before the new version starts. What the file asks for beside images (free ports, secrets,
// networks, volumes) is seen to first. The job's catalog entry may be another one afterwards.
// An Error: nothing was changed. Else the outcome tells.
Task<UpdateReport> run_job(UpdateJob& job, bool snapshots, Operation& operation);

// The reference that a container ran before the last update; "" if unknown.
std::string earlier_image(const UpdateJob& job, const std::string& compose_service);
// For a service that has no container: kNotFound.
Error no_container(const std::string& service);
// Tells the progress how it ended.
void announce(Context& context, const UpdateReport& report);
// Says how it went: progress, and the last event of the operation. An Error gets `cannot` (such as
// "cannot update ollama") and its state.
Result<UpdateReport> conclude(Context& context, Result<UpdateReport> report,
                              const std::string& service, const std::string& cannot,
                              Operation& operation);

}  // namespace aistack::operations
