#include "operations/service_record.hpp"

#include <fmt/format.h>

namespace aistack::operations {
namespace {

constexpr std::string_view kSuffix = "_service.json";

std::string document_name(const std::string& service) {
  return service + std::string{kSuffix};
}

Error corrupt(const ports::StateStore& state, const std::string& name, const std::string& why) {
  Error error{ErrorCode::kCorruptState, fmt::format("{}: {}", state.path(name), why)};
  error.next = {
      fmt::format("rm {}   (aistack then takes the service for running)", state.path(name))};
  return error;
}

}  // namespace

Result<std::optional<ServiceRecord>> read_record(ports::StateStore& state,
                                                 const std::string& service) {
  const auto name = document_name(service);
  BOOST_OUTCOME_TRY(const auto document, state.read(name));
  if (!document) return std::optional<ServiceRecord>{};
  const auto text = [&](const char* key) -> std::string {
    const auto found = document->find(key);
    return found != document->end() && found->is_string() ? found->get<std::string>() : "";
  };
  ServiceRecord record{.service = service};
  const auto installed_at = parse_iso8601(text("installed_at"));
  if (!installed_at) return corrupt(state, name, "\"installed_at\" is not a time");
  record.installed_at = *installed_at;
  const auto wanted = text("wanted");
  if (wanted == "stopped")
    record.wanted = ServiceRecord::Wanted::stopped;
  else if (wanted != "running")
    return corrupt(state, name, "\"wanted\" is neither running nor stopped");
  return std::optional{record};
}

Result<> write_record(ports::StateStore& state, const ServiceRecord& record) {
  return state.write(
      document_name(record.service),
      {{"service", record.service},
       {"installed_at", to_iso8601(record.installed_at, TimePrecision::milliseconds)},
       {"wanted", record.wanted == ServiceRecord::Wanted::stopped ? "stopped" : "running"}});
}

Result<std::vector<std::string>> services_with(ports::StateStore& state, std::string_view suffix) {
  BOOST_OUTCOME_TRY(auto names, state.list());
  std::erase_if(names, [suffix](const auto& name) { return !name.ends_with(suffix); });
  for (auto& name : names) name.resize(name.size() - suffix.size());
  return names;
}

Result<std::vector<std::string>> recorded_services(ports::StateStore& state) {
  return services_with(state, kSuffix);
}

Result<> remove_record(ports::StateStore& state, const std::string& service) {
  return state.remove(document_name(service));
}

}  // namespace aistack::operations
