#include "operations/ui_binding.hpp"

#include <fmt/format.h>

#include "operations/snapshot.hpp"
#include "operations/stack.hpp"
#include "operations/stop.hpp"

namespace aistack::operations {
namespace {

std::string text(const nlohmann::json& document, const char* key) {
  const auto found = document.find(key);
  return found != document.end() && found->is_string() ? found->get<std::string>() : "";
}

Error corrupt(const Context& context, const std::string& why) {
  Error error{ErrorCode::kCorruptState, fmt::format("{}: {}", context.state.path(kUiBinding), why)};
  error.next = {fmt::format("rm {}   (a switch that was under way is then not taken back)",
                            context.state.path(kUiBinding))};
  return error;
}

nlohmann::json to_json(const std::vector<domain::PlanSnapshot>& snapshots) {
  auto list = nlohmann::json::array();
  for (const auto& each : snapshots)
    list.push_back({{"volume", each.volume}, {"live", each.live}, {"saved", each.saved}});
  return list;
}

Task<> start_containers(Context& context, const ServiceView& view) {
  for (const auto& part : view.containers)
    if (part.container) {
      BOOST_OUTCOME_CO_TRY(co_await context.engine.start_container(part.container->id));
    }
  co_return ok();
}

}  // namespace

Result<std::optional<UiBinding>> read_binding(Context& context) {
  BOOST_OUTCOME_TRY(const auto document, context.state.read(kUiBinding));
  if (!document) return std::optional<UiBinding>{};
  UiBinding binding{.ui = text(*document, "ui"),
                    .backend = text(*document, "backend"),
                    .previous = text(*document, "previous"),
                    .was_running = document->value("was_running", false),
                    .operation = text(*document, "operation")};
  const auto since = parse_iso8601(text(*document, "since"));
  const auto status = text(*document, "status");
  if (binding.ui.empty()) return corrupt(context, "\"ui\" is missing");
  if (!since) return corrupt(context, "\"since\" is not a time");
  if (status != "bound" && status != "switching")
    return corrupt(context, "\"status\" is neither bound nor switching");
  binding.since = *since;
  binding.status = status == "bound" ? UiBinding::Status::bound : UiBinding::Status::switching;
  const auto snapshots = document->find("snapshots");
  if (snapshots == document->end() || !snapshots->is_array())
    return corrupt(context, "\"snapshots\" is missing");
  for (const auto& each : *snapshots) {
    if (!each.is_object() || text(each, "live").empty() || text(each, "saved").empty())
      return corrupt(context, "a snapshot names no place");
    binding.snapshots.push_back({text(each, "volume"), text(each, "live"), text(each, "saved")});
  }
  return std::optional{std::move(binding)};
}

Result<> write_binding(Context& context, const UiBinding& binding) {
  const bool bound = binding.status == UiBinding::Status::bound;
  return context.state.write(kUiBinding, {{"ui", binding.ui},
                                          {"backend", binding.backend},
                                          {"previous", binding.previous},
                                          {"status", bound ? "bound" : "switching"},
                                          {"was_running", binding.was_running},
                                          {"since", to_iso8601(binding.since)},
                                          {"operation", binding.operation},
                                          {"snapshots", to_json(binding.snapshots)}});
}

Task<> take_back(Context& context, UiBinding binding) {
  BOOST_OUTCOME_CO_TRY(const auto* entry, context.catalog.find(binding.ui));
  BOOST_OUTCOME_CO_TRY(const auto view, co_await view_now(context, *entry));
  BOOST_OUTCOME_CO_TRY(co_await stop_containers(context, view));
  BOOST_OUTCOME_CO_TRY(restore_snapshots(context, binding.snapshots));
  if (binding.was_running) {
    BOOST_OUTCOME_CO_TRY(co_await start_containers(context, view));
  }
  binding.status = UiBinding::Status::bound;
  binding.backend = binding.previous;
  binding.previous.clear();
  binding.snapshots.clear();
  binding.since = context.clock.now();
  co_return write_binding(context, binding);
}

Task<bool> recover_binding(Context& context, std::string service) {
  BOOST_OUTCOME_CO_TRY(auto binding, read_binding(context));
  if (!binding || binding->ui != service) co_return false;
  if (binding->status == UiBinding::Status::switching) {
    BOOST_OUTCOME_CO_TRY(co_await take_back(context, *binding));
    context.progress.note(service, "a switch of its backend was interrupted and is taken back");
    co_return true;
  }
  if (binding->snapshots.empty()) co_return false;
  BOOST_OUTCOME_CO_TRY(drop_snapshots(context, binding->snapshots));
  binding->snapshots.clear();
  BOOST_OUTCOME_CO_TRY(write_binding(context, *binding));
  co_return true;
}

}  // namespace aistack::operations
