#include "domain/update_plan.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace aistack::domain {
namespace {

using Status = UpdatePlan::Status;

constexpr std::array<std::pair<Status, std::string_view>, 6> kStatuses{
    {{Status::running, "running"},
     {Status::rolling_back, "rolling_back"},
     {Status::committed, "committed"},
     {Status::finished, "finished"},
     {Status::rolled_back, "rolled_back"},
     {Status::abandoned, "abandoned"}}};

std::optional<Status> status_of(std::string_view text) {
  for (const auto& [status, name] : kStatuses)
    if (name == text) return status;
  return std::nullopt;
}

nlohmann::json time_or_null(const std::optional<Time>& time) {
  return time ? nlohmann::json(to_iso8601(*time, TimePrecision::milliseconds)) : nlohmann::json();
}

nlohmann::json to_json(const PlanMember& member) {
  return {{"compose_service", member.compose_service},
          {"container", member.container},
          {"from_image", member.from_image},
          {"from_image_id", member.from_image_id},
          {"to_image", member.to_image},
          {"to_image_id", member.to_image_id},
          {"was_running", member.was_running},
          {"kept_images", member.kept_images}};
}

nlohmann::json to_json(const PlanSnapshot& snapshot) {
  return {{"volume", snapshot.volume}, {"live", snapshot.live}, {"saved", snapshot.saved}};
}

nlohmann::json to_json(const PlanStep& step) {
  return {{"name", step.name},
          {"begun", to_iso8601(step.begun, TimePrecision::milliseconds)},
          {"ended", time_or_null(step.ended)},
          {"result", step.result}};
}

// Reads fields, and remembers the first one that is not what it should be.
class Reader {
 public:
  explicit Reader(const nlohmann::json& document) : document_(document) {}

  std::string text(const char* key) {
    const auto found = document_.find(key);
    if (found != document_.end() && found->is_string()) return found->get<std::string>();
    return problem(key), "";
  }
  bool boolean(const char* key) {
    const auto found = document_.find(key);
    if (found != document_.end() && found->is_boolean()) return found->get<bool>();
    return problem(key), false;
  }
  Time time(const char* key) {
    const auto parsed = parse_iso8601(text(key));
    if (!parsed) problem(key);
    return parsed.value_or(Time{});
  }
  std::optional<Time> optional_time(const char* key) {
    const auto found = document_.find(key);
    if (found == document_.end() || found->is_null()) return std::nullopt;
    return time(key);
  }
  // The objects of a list.
  std::vector<Reader> list(const char* key) {
    std::vector<Reader> items;
    const auto found = document_.find(key);
    if (found == document_.end() || !found->is_array()) return problem(key), items;
    for (const auto& item : *found) {
      if (!item.is_object()) return problem(key), std::vector<Reader>{};
      items.emplace_back(item);
    }
    return items;
  }
  // Absent: none.
  std::vector<std::string> optional_texts(const char* key) {
    std::vector<std::string> texts;
    const auto found = document_.find(key);
    if (found == document_.end()) return texts;
    if (!found->is_array()) return problem(key), texts;
    for (const auto& item : *found) {
      if (!item.is_string()) return problem(key), std::vector<std::string>{};
      texts.push_back(item.get<std::string>());
    }
    return texts;
  }
  void problem(const std::string& key) {
    if (problem_.empty()) problem_ = key;
  }
  const std::string& problem() const { return problem_; }
  void adopt(const Reader& other) {
    if (!other.problem_.empty()) problem(other.problem_);
  }

 private:
  const nlohmann::json& document_;
  std::string problem_;
};

}  // namespace

std::string_view to_string(UpdatePlan::Status status) {
  for (const auto& [candidate, name] : kStatuses)
    if (candidate == status) return name;
  return "running";
}

nlohmann::json to_json(const UpdatePlan& plan) {
  nlohmann::json document{{"service", plan.service},
                          {"operation", plan.operation},
                          {"kind", plan.kind == UpdatePlan::Kind::update ? "update" : "rollback"},
                          {"status", to_string(plan.status)},
                          {"started", to_iso8601(plan.started, TimePrecision::milliseconds)},
                          {"ended", time_or_null(plan.ended)},
                          {"reason", plan.reason},
                          {"members", nlohmann::json::array()},
                          {"snapshots", nlohmann::json::array()},
                          {"steps", nlohmann::json::array()}};
  document["downtime_ms"] = plan.downtime_ms ? nlohmann::json(*plan.downtime_ms) : nlohmann::json();
  document["proven"] = plan.proven;
  for (const auto& member : plan.members) document["members"].push_back(to_json(member));
  for (const auto& snapshot : plan.snapshots) document["snapshots"].push_back(to_json(snapshot));
  for (const auto& step : plan.steps) document["steps"].push_back(to_json(step));
  return document;
}

Result<UpdatePlan> update_plan_from_json(const nlohmann::json& document) {
  Reader reader{document};
  UpdatePlan plan{.service = reader.text("service"), .operation = reader.text("operation")};
  plan.kind =
      reader.text("kind") == "rollback" ? UpdatePlan::Kind::rollback : UpdatePlan::Kind::update;
  if (const auto status = status_of(reader.text("status")))
    plan.status = *status;
  else
    reader.problem("status");
  plan.started = reader.time("started");
  plan.ended = reader.optional_time("ended");
  plan.reason = reader.text("reason");
  for (auto& item : reader.list("members")) {
    plan.members.push_back({.compose_service = item.text("compose_service"),
                            .container = item.text("container"),
                            .from_image = item.text("from_image"),
                            .from_image_id = item.text("from_image_id"),
                            .to_image = item.text("to_image"),
                            .to_image_id = item.text("to_image_id"),
                            .was_running = item.boolean("was_running"),
                            .kept_images = item.optional_texts("kept_images")});
    reader.adopt(item);
  }
  for (auto& item : reader.list("snapshots")) {
    plan.snapshots.push_back(
        {.volume = item.text("volume"), .live = item.text("live"), .saved = item.text("saved")});
    reader.adopt(item);
  }
  for (auto& item : reader.list("steps")) {
    plan.steps.push_back({.name = item.text("name"),
                          .begun = item.time("begun"),
                          .ended = item.optional_time("ended"),
                          .result = item.text("result")});
    reader.adopt(item);
  }
  const auto downtime = document.find("downtime_ms");
  if (downtime != document.end() && downtime->is_number_integer())
    plan.downtime_ms = downtime->get<std::int64_t>();
  if (const auto proven = document.find("proven"); proven != document.end()) plan.proven = *proven;
  if (!reader.problem().empty())
    return Error{ErrorCode::kCorruptState,
                 "\"" + reader.problem() + "\" is missing or not what it should be"};
  return plan;
}

std::optional<UpdatePlan> last_finished(const std::optional<UpdatePlan>& plan) {
  if (!plan) return std::nullopt;
  if (plan->status == Status::finished) return plan;
  return proven_before(*plan);
}

std::optional<UpdatePlan> proven_before(const UpdatePlan& plan) {
  if (!plan.proven.is_object()) return std::nullopt;
  auto proven = update_plan_from_json(plan.proven);
  return proven ? std::optional{std::move(proven).value()} : std::nullopt;
}

bool may_have_changed_data(const UpdatePlan& plan) {
  if (plan.kind == UpdatePlan::Kind::rollback) return true;
  return std::any_of(plan.steps.begin(), plan.steps.end(),
                     [](const PlanStep& step) { return step.name.starts_with(kStartNewStep); });
}

Recovery recovery_of(const UpdatePlan& plan) {
  switch (plan.status) {
    case Status::running:
    case Status::rolling_back:
      return Recovery::roll_back;
    case Status::committed:
      return Recovery::clean_up;
    case Status::finished:
    case Status::rolled_back:
    case Status::abandoned:
      break;
  }
  return Recovery::nothing;
}

}  // namespace aistack::domain
