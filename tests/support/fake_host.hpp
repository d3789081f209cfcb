#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "ports/host.hpp"
#include "ports/service_locks.hpp"
#include "support/fake_clock.hpp"

namespace aistack::testing {

// A machine: what listens, which directories exist, how much room there is.
class FakeHost final : public ports::Host {
 public:
  std::map<int, ports::PortHolder> holders;                     // by port
  std::map<std::filesystem::path, std::uint64_t> trees;         // directory -> bytes in it
  std::map<std::filesystem::path, std::string> files;           // small ones, with their text
  std::map<std::filesystem::path, ports::PathStatus> statuses;  // beside trees and files
  std::optional<bool> synchronised = true;
  ports::DiskSpace space{std::uint64_t{100} << 30, std::uint64_t{200} << 30};
  std::optional<Error> error;  // of everything that changes something
  // Called before everything that changes something; an Error that it returns is the call's.
  std::function<std::optional<Error>(const std::string& call)> before_change;

  std::optional<ports::PortHolder> port_holder(const std::string& ip, int port,
                                               const std::string& protocol) override;
  Result<> make_directory(const std::filesystem::path& path) override;
  Result<> remove_tree(const std::filesystem::path& path) override;
  Result<std::uint64_t> tree_bytes(const std::filesystem::path& path) override;
  bool exists(const std::filesystem::path& path) override;
  std::optional<ports::PathStatus> path_status(const std::filesystem::path& path) override;
  Result<std::vector<std::string>> list_directory(const std::filesystem::path& path) override;
  Result<std::optional<std::string>> read_text(const std::filesystem::path& path) override;
  Result<> write_text(const std::filesystem::path& path, const std::string& text) override;
  std::optional<bool> clock_synchronised() override { return synchronised; }
  Result<> copy_tree(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Result<> rename_path(const std::filesystem::path& from, const std::filesystem::path& to) override;
  Result<ports::DiskSpace> disk_space(const std::filesystem::path& path) override;
};

// Locks between the tasks of one test; `hold` makes another process hold one.
class FakeLocks final : public ports::ServiceLocks {
 public:
  FakeLocks(boost::asio::io_context& io, FakeClock& clock);
  ~FakeLocks() override;

  Task<std::unique_ptr<ports::ServiceLock>> acquire(std::string service, std::string operation,
                                                    std::chrono::nanoseconds wait) override;
  void hold(const std::string& service, const std::string& operation);
  void let_go(const std::string& service);
  std::set<std::string> held() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  boost::asio::io_context& io_;
  FakeClock& clock_;
};

}  // namespace aistack::testing
