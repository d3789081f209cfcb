#include <fmt/format.h>

#include <algorithm>

#include "support/fake_engine.hpp"

// The FakeEngine's calls that stream.
namespace aistack::testing {

using ports::ContainerState;

namespace {

Error no_container(const std::string& name) {
  return {ErrorCode::kNotFound, "No such container: " + name};
}

bool wanted(const ports::EngineEvent& event, const ports::EventQuery& query) {
  if (!query.types.empty() &&
      std::find(query.types.begin(), query.types.end(), event.type) == query.types.end())
    return false;
  return std::all_of(query.labels.begin(), query.labels.end(), [&](const auto& label) {
    const auto found = event.attributes.find(label.first);
    return found != event.attributes.end() &&
           (label.second.empty() || found->second == label.second);
  });
}

}  // namespace

Task<> FakeEngine::logs(std::string name, ports::LogQuery query, ports::LogSink sink) {
  BOOST_OUTCOME_CO_TRY(co_await begin("logs", name));
  const auto* found = find(name);
  if (found == nullptr) co_return no_container(name);
  const auto container = containers.at(found->details.id);
  std::size_t next = 0;
  if (query.tail)
    next = container->log.size() - std::min<std::size_t>(*query.tail, container->log.size());
  while (true) {
    while (next < container->log.size()) {
      const auto line = container->log[next++];
      if (query.since && line.time && *line.time < *query.since) continue;
      BOOST_OUTCOME_CO_TRY(sink(line));
    }
    if (!query.follow || container->details.state != ContainerState::running) co_return ok();
    BOOST_OUTCOME_CO_TRY(co_await changed_.wait());
  }
}

Task<> FakeEngine::events(ports::EventQuery query, std::function<void()> ready,
                          ports::EventSink sink) {
  BOOST_OUTCOME_CO_TRY(co_await begin("events"));
  std::size_t next = query.since ? 0 : events_.size();
  if (ready) ready();
  while (true) {
    while (next < events_.size()) {
      const auto event = events_[next++];
      if (query.since && event.time < *query.since) continue;
      if (!wanted(event, query)) continue;
      BOOST_OUTCOME_CO_TRY(sink(event));
    }
    BOOST_OUTCOME_CO_TRY(co_await changed_.wait());
  }
}

Task<> FakeEngine::read_archive(std::string name, std::string path, ports::ByteSink sink) {
  BOOST_OUTCOME_CO_TRY(co_await begin("read_archive", name));
  const auto* container = find(name);
  if (container == nullptr) co_return no_container(name);
  const auto archive = container->archives.find(path);
  if (archive == container->archives.end())
    co_return Error{ErrorCode::kNotFound,
                    fmt::format("Could not find the file {} in container {}", path, name)};
  const auto bytes = archive->second;
  co_return sink(bytes);
}

Task<> FakeEngine::write_archive(std::string name, std::string path, ports::ByteSource source) {
  BOOST_OUTCOME_CO_TRY(co_await begin("write_archive", name));
  auto* container = find(name);
  if (container == nullptr) co_return no_container(name);
  std::string bytes;
  while (true) {
    BOOST_OUTCOME_CO_TRY(const auto piece, source());
    if (piece.empty()) break;
    bytes.append(piece);
  }
  container->archives[path] = std::move(bytes);
  co_return end("write_archive");
}

Task<> FakeEngine::pull_image(std::string reference, ports::PullSink sink, std::string) {
  using Phase = ports::PullProgress::Phase;
  BOOST_OUTCOME_CO_TRY(co_await begin("pull", reference));
  if (registry_error) co_return *registry_error;
  const auto found = registry.find(reference);
  if (found == registry.end())
    co_return Error{
        ErrorCode::kImageNotFound,
        fmt::format("manifest for {} not found: manifest unknown: manifest unknown", reference)};
  auto image = found->second;
  if (image.details.id.empty()) {
    image.details.id = "sha256:" + new_id();
    found->second.details.id = image.details.id;
  }
  const bool present = images.contains(image.details.id);
  for (std::size_t i = 0; i < image.layers.size(); ++i) {
    const auto layer = fmt::format("{:012x}", i + 1);
    const auto total = image.layers[i];
    if (present) {
      sink({layer, Phase::exists, 0, {}, "Already exists"});
      continue;
    }
    sink({layer, Phase::waiting, 0, {}, "Pulling fs layer"});
    BOOST_OUTCOME_CO_TRY(co_await clock_.sleep(std::chrono::milliseconds(100)));
    sink({layer, Phase::downloading, total / 2, total, "Downloading"});
    if (image.pull_error && i + 1 == image.layers.size()) co_return *image.pull_error;
    BOOST_OUTCOME_CO_TRY(co_await clock_.sleep(std::chrono::milliseconds(100)));
    sink({layer, Phase::downloading, total, total, "Downloading"});
    sink({layer, Phase::done, 0, {}, "Pull complete"});
  }
  add_image(reference, std::move(image));
  emit("image", "pull", reference, {{"name", reference}});
  co_return end("pull");
}

Task<std::vector<std::string>> FakeEngine::load_image(ports::ByteSource source) {
  BOOST_OUTCOME_CO_TRY(co_await begin("load"));
  // The fake's image archive is the reference itself.
  std::string reference;
  while (true) {
    BOOST_OUTCOME_CO_TRY(const auto piece, source());
    if (piece.empty()) break;
    reference.append(piece);
  }
  add_image(reference);
  BOOST_OUTCOME_CO_TRY(end("load"));
  std::vector<std::string> references{reference};
  co_return references;
}

}  // namespace aistack::testing
