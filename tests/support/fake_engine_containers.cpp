#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/fake_engine.hpp"

// The FakeEngine's calls about containers.
namespace aistack::testing {

using ports::ContainerState;

namespace {

Error no_container(const std::string& name) {
  return {ErrorCode::kNotFound, "No such container: " + name};
}

bool has_labels(const std::map<std::string, std::string>& labels,
                const std::map<std::string, std::string>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& want) {
    const auto found = labels.find(want.first);
    return found != labels.end() && (want.second.empty() || found->second == want.second);
  });
}

bool valid_name(const std::string& name) {
  return name.size() > 1 && std::isalnum(static_cast<unsigned char>(name[0])) != 0 &&
         name.find_first_of("/ \n") == std::string::npos;
}

}  // namespace

Task<std::vector<ports::ContainerSummary>> FakeEngine::list_containers(
    ports::ContainerQuery query) {
  BOOST_OUTCOME_CO_TRY(co_await begin("list"));
  std::vector<ports::ContainerSummary> list;
  for (const auto& [id, container] : containers) {
    const bool up = container->details.state == ContainerState::running ||
                    container->details.state == ContainerState::paused;
    if ((query.all || up) && has_labels(container->details.labels, query.labels))
      list.push_back(summary_of(*container));
  }
  co_return list;
}

Task<std::optional<ports::ContainerDetails>> FakeEngine::inspect_container(std::string name) {
  BOOST_OUTCOME_CO_TRY(co_await begin("inspect", name));
  std::optional<ports::ContainerDetails> details;
  if (const auto* container = find(name); container != nullptr) details = container->details;
  co_return details;
}

Task<std::string> FakeEngine::inspect_container_text(std::string name) {
  BOOST_OUTCOME_CO_TRY(co_await begin("inspect", name));
  const auto* container = find(name);
  if (container == nullptr) co_return no_container(name);
  nlohmann::json document = {{"Id", container->details.id},
                             {"Name", "/" + container->details.name},
                             {"Config", container->spec.config},
                             {"HostConfig", container->spec.host_config}};
  co_return document.dump();
}

Task<std::string> FakeEngine::create_container(domain::ContainerSpec spec) {
  BOOST_OUTCOME_CO_TRY(co_await begin("create", spec.name));
  const auto image = spec.config.value("Image", "");
  if (!valid_name(spec.name))
    co_return Error{ErrorCode::kBadContainerSpec,
                    fmt::format("Invalid container name ({}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are "
                                "allowed",
                                spec.name)};
  if (find_image(image) == nullptr)
    co_return Error{ErrorCode::kImageNotFound, "No such image: " + image};
  if (const auto* holder = find(spec.name); holder != nullptr)
    co_return Error{ErrorCode::kNameInUse,
                    fmt::format("Conflict. The container name \"/{}\" is already in use by "
                                "container \"{}\"",
                                spec.name, holder->details.id)};
  const auto policy = spec.host_config.value("/RestartPolicy/Name"_json_pointer, std::string());
  if (!policy.empty() && policy != "no" && policy != "always" && policy != "on-failure" &&
      policy != "unless-stopped")
    co_return Error{ErrorCode::kBadContainerSpec, "invalid restart policy '" + policy + "'"};
  auto& container = add_container(std::move(spec), false);
  emit(container, "create");
  auto id = container.details.id;
  BOOST_OUTCOME_CO_TRY(end("create"));
  co_return id;
}

Task<> FakeEngine::start_container(std::string name) {
  BOOST_OUTCOME_CO_TRY(co_await begin("start", name));
  auto* container = find(name);
  if (container == nullptr) co_return no_container(name);
  if (container->details.state == ContainerState::running) co_return ok();
  if (container->details.state == ContainerState::paused)
    co_return Error{ErrorCode::kConflict, "cannot start a paused container, try unpause instead"};
  auto error = container->behaviour.start_error;
  if (!error) error = missing_network(*container);
  const auto& host_config = container->spec.host_config;
  if (!error && !gpu && host_config.contains("DeviceRequests") &&
      !host_config["DeviceRequests"].empty())
    error = Error{ErrorCode::kGpuUnavailable,
                  "could not select device driver \"nvidia\" with capabilities: [[gpu]]"};
  if (!error) error = port_conflict(*container);
  if (error) {
    container->details.error = error->why;
    container->details.exit_code = 128;
    co_return std::move(*error);
  }
  run(*container);
  co_return end("start");
}

Task<> FakeEngine::stop_container(std::string name, std::optional<std::chrono::seconds> grace) {
  BOOST_OUTCOME_CO_TRY(co_await begin("stop", name));
  const auto* found = find(name);
  if (found == nullptr) co_return no_container(name);
  const auto container = containers.at(found->details.id);
  const std::chrono::nanoseconds patience =
      grace.value_or(container->details.stop_timeout.value_or(std::chrono::seconds(10)));
  const auto needs = container->behaviour.stops_after;
  if (needs.count() > 0) {
    BOOST_OUTCOME_CO_TRY(co_await clock_.sleep(std::min(needs, patience)));
  }
  ended(*container, needs > patience ? 137 : container->behaviour.exit_code);
  emit(*container, "stop");
  co_return end("stop");
}

Task<> FakeEngine::kill_container(std::string name, std::string signal) {
  BOOST_OUTCOME_CO_TRY(co_await begin("kill", name));
  auto* container = find(name);
  if (container == nullptr) co_return no_container(name);
  if (container->details.state != ContainerState::running)
    co_return Error{ErrorCode::kConflict,
                    fmt::format("Cannot kill container: {}: is not running", name)};
  emit(*container, "kill");
  if (signal == "KILL" || signal == "SIGKILL") ended(*container, 137);
  co_return end("kill");
}

Task<> FakeEngine::pause_container(std::string name) {
  BOOST_OUTCOME_CO_TRY(co_await begin("pause", name));
  auto* container = find(name);
  if (container == nullptr) co_return no_container(name);
  if (container->details.state != ContainerState::running)
    co_return Error{ErrorCode::kConflict, "Container " + name + " is not running"};
  become(*container, ContainerState::paused);
  emit(*container, "pause");
  co_return end("pause");
}

Task<> FakeEngine::unpause_container(std::string name) {
  BOOST_OUTCOME_CO_TRY(co_await begin("unpause", name));
  auto* container = find(name);
  if (container == nullptr) co_return no_container(name);
  if (container->details.state != ContainerState::paused)
    co_return Error{ErrorCode::kConflict, "Container " + name + " is not paused"};
  become(*container, ContainerState::running);
  emit(*container, "unpause");
  co_return end("unpause");
}

Task<> FakeEngine::rename_container(std::string name, std::string new_name) {
  BOOST_OUTCOME_CO_TRY(co_await begin("rename", name + " " + new_name));
  auto* container = find(name);
  if (container == nullptr) co_return no_container(name);
  if (find(new_name) != nullptr)
    co_return Error{
        ErrorCode::kNameInUse,
        fmt::format("Conflict. The container name \"/{}\" is already in use", new_name)};
  container->details.name = new_name;
  emit(*container, "rename");
  co_return end("rename");
}

Task<> FakeEngine::remove_container(std::string name, ports::RemoveOptions options) {
  BOOST_OUTCOME_CO_TRY(co_await begin("remove", name));
  const auto* found = find(name);
  if (found == nullptr) co_return ok();
  const auto container = containers.at(found->details.id);
  const auto state = container->details.state;
  if ((state == ContainerState::running || state == ContainerState::paused) && !options.force)
    co_return Error{ErrorCode::kConflict,
                    fmt::format("You cannot remove a running container {}", container->details.id)};
  ended(*container, 137);
  containers.erase(container->details.id);
  if (options.anonymous_volumes) remove_anonymous_volumes(*container);
  emit(*container, "destroy");
  co_return end("remove");
}

Task<int> FakeEngine::wait_container(std::string name) {
  BOOST_OUTCOME_CO_TRY(co_await begin("wait", name));
  const auto* found = find(name);
  if (found == nullptr) co_return no_container(name);
  const auto container = containers.at(found->details.id);
  const std::function<bool()> runs = [container] {
    return container->details.state == ContainerState::running;
  };
  BOOST_OUTCOME_CO_TRY(co_await wait_while(runs));
  co_return container->details.exit_code;
}

Task<ports::ContainerStats> FakeEngine::container_stats(std::string name) {
  BOOST_OUTCOME_CO_TRY(co_await begin("stats", name));
  const auto* container = find(name);
  if (container == nullptr) co_return no_container(name);
  ports::ContainerStats stats;
  if (container->details.state == ContainerState::running) {
    stats.cpu_total_ns = 1'000'000;
    stats.memory_bytes = 64 << 20;
    stats.memory_limit_bytes = std::uint64_t{8} << 30;
  }
  co_return stats;
}

Task<ports::ExecResult> FakeEngine::exec(std::string name, std::vector<std::string> command) {
  BOOST_OUTCOME_CO_TRY(co_await begin("exec", name));
  const auto* container = find(name);
  if (container == nullptr) co_return no_container(name);
  if (container->details.state != ContainerState::running)
    co_return Error{ErrorCode::kConflict, "Container " + name + " is not running"};
  ports::ExecResult result{127, "exec: executable file not found in $PATH"};
  if (container->behaviour.exec) result = container->behaviour.exec(command);
  co_return result;
}

}  // namespace aistack::testing
