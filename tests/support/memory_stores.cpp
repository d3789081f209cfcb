#include "support/memory_stores.hpp"

#include <algorithm>

namespace aistack::testing {
namespace {

constexpr int kSchema = 1;

Result<> check_name(const std::string& name) {
  if (name.empty() || name[0] == '.' || name.find('/') != std::string::npos)
    return Error{ErrorCode::kInternal, "bad state name: " + name};
  return ok();
}

}  // namespace

Result<std::optional<nlohmann::json>> InMemoryStateStore::read(const std::string& name) {
  BOOST_OUTCOME_TRY(check_name(name));
  const auto found = documents.find(name);
  if (found == documents.end()) return std::optional<nlohmann::json>{};
  const auto& document = found->second;
  if (!document.is_object() || !document.contains("schema") || !document["schema"].is_number())
    return Error{ErrorCode::kCorruptState, path(name) + ": not a state document"};
  if (document["schema"] > kSchema)
    return Error{ErrorCode::kNewerSchema, path(name) + ": written by a newer aistack"};
  return std::optional<nlohmann::json>(document);
}

Result<> InMemoryStateStore::write(const std::string& name, nlohmann::json document) {
  BOOST_OUTCOME_TRY(check_name(name));
  if (write_error) return *write_error;
  if (before_write) {
    if (auto stopped = before_write(name)) return std::move(*stopped);
  }
  document["schema"] = kSchema;
  const auto& written = documents[name] = std::move(document);
  if (after_write) after_write(name, written);
  return ok();
}

Result<> InMemoryStateStore::remove(const std::string& name) {
  BOOST_OUTCOME_TRY(check_name(name));
  documents.erase(name);
  return ok();
}

Result<std::vector<std::string>> InMemoryStateStore::list() {
  std::vector<std::string> names;
  for (const auto& [name, document] : documents)
    if (name.ends_with(".json")) names.push_back(name);
  return names;
}

Result<> InMemoryEventLog::append(const ports::Event& event) {
  if (append_error) return *append_error;
  events.push_back(event);
  return ok();
}

Result<std::vector<ports::Event>> InMemoryEventLog::tail(const std::string& service,
                                                         std::size_t count,
                                                         std::optional<Time> since) {
  std::vector<ports::Event> last;
  for (auto event = events.rbegin(); event != events.rend() && last.size() < count; ++event)
    if (event->service == service && (!since || event->time >= *since)) last.push_back(*event);
  std::reverse(last.begin(), last.end());
  return last;
}

std::vector<std::string> InMemoryEventLog::names() const {
  std::vector<std::string> list;
  for (const auto& event : events) list.push_back(event.name);
  return list;
}

std::filesystem::path FakeSecretStore::env_file(const std::string& service) const {
  return "/fake/state/secrets/" + service + ".env";
}

Result<bool> FakeSecretStore::ensure(const std::string& service,
                                     const std::vector<domain::SecretSpec>& wanted) {
  if (error) return *error;
  bool made = false;
  for (const auto& secret : wanted) {
    auto& value = secrets[service][secret.variable];
    if (!value.empty()) continue;
    value = "secret-" + std::to_string(++generated_);
    made = true;
  }
  return made;
}

Result<> FakeSecretStore::rotate(const std::string& service,
                                 const std::vector<domain::SecretSpec>& wanted) {
  if (error) return *error;
  previous.emplace(service, secrets[service]);
  for (const auto& secret : wanted)
    secrets[service][secret.variable] = "secret-" + std::to_string(++generated_);
  return ok();
}

Result<bool> FakeSecretStore::has_previous(const std::string& service) {
  if (error) return *error;
  return previous.contains(service);
}

Result<> FakeSecretStore::restore_previous(const std::string& service) {
  if (error) return *error;
  const auto kept = previous.find(service);
  if (kept == previous.end()) return ok();
  secrets[service] = kept->second;
  previous.erase(kept);
  return ok();
}

Result<> FakeSecretStore::forget_previous(const std::string& service) {
  if (error) return *error;
  previous.erase(service);
  return ok();
}

Result<> FakeSecretStore::remove(const std::string& service) {
  if (error) return *error;
  previous.erase(service);
  secrets.erase(service);
  return ok();
}

}  // namespace aistack::testing
