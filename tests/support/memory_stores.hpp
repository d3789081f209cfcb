#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ports/event_log.hpp"
#include "ports/secret_store.hpp"
#include "ports/state_store.hpp"

// What aistack keeps on disk, in memory.
namespace aistack::testing {

class InMemoryStateStore final : public ports::StateStore {
 public:
  // A test may put documents here, damage them (anything that is no object with a schema is
  // corrupt), and let the next write fail.
  std::map<std::string, nlohmann::json> documents;
  std::optional<Error> write_error;
  // Called before each write; an Error that it returns is the write's.
  std::function<std::optional<Error>(const std::string& name)> before_write;
  // Called after each write: what was written, for tests that look at every step.
  std::function<void(const std::string& name, const nlohmann::json& document)> after_write;

  Result<std::optional<nlohmann::json>> read(const std::string& name) override;
  Result<> write(const std::string& name, nlohmann::json document) override;
  Result<> remove(const std::string& name) override;
  Result<std::vector<std::string>> list() override;
  std::string path(const std::string& name) const override { return "/fake/state/" + name; }
};

class InMemoryEventLog final : public ports::EventLog {
 public:
  std::vector<ports::Event> events;
  std::optional<Error> append_error;

  Result<> append(const ports::Event& event) override;
  Result<std::vector<ports::Event>> tail(const std::string& service, std::size_t count,
                                         std::optional<Time> since) override;
  // The names of the events, in order: what most tests look at.
  std::vector<std::string> names() const;
};

// Secrets are "secret-1", "secret-2", …
class FakeSecretStore final : public ports::SecretStore {
 public:
  std::map<std::string, std::map<std::string, std::string>>
      secrets;  // service -> variable -> value
  std::map<std::string, std::map<std::string, std::string>> previous;  // copies of a rotation
  std::optional<Error> error;

  std::filesystem::path env_file(const std::string& service) const override;
  Result<bool> ensure(const std::string& service,
                      const std::vector<domain::SecretSpec>& wanted) override;
  Result<> rotate(const std::string& service,
                  const std::vector<domain::SecretSpec>& wanted) override;
  Result<bool> has_previous(const std::string& service) override;
  Result<> restore_previous(const std::string& service) override;
  Result<> forget_previous(const std::string& service) override;
  Result<> remove(const std::string& service) override;

 private:
  int generated_ = 0;
};

}  // namespace aistack::testing
