#include "support/fake_host.hpp"

#include <fmt/format.h>

namespace aistack::testing {
namespace {

bool within(const std::filesystem::path& path, const std::filesystem::path& directory) {
  const auto relative = path.lexically_relative(directory);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

std::optional<ports::PortHolder> FakeHost::port_holder(const std::string&, int port,
                                                       const std::string&) {
  const auto found = holders.find(port);
  if (found == holders.end()) return std::nullopt;
  return found->second;
}

Result<> FakeHost::make_directory(const std::filesystem::path& path) {
  if (error) return *error;
  if (before_change)
    if (auto stopped = before_change("mkdir")) return *stopped;
  trees.emplace(path, 0);
  return ok();
}

Result<> FakeHost::remove_tree(const std::filesystem::path& path) {
  if (error) return *error;
  if (before_change)
    if (auto stopped = before_change("remove")) return *stopped;
  std::erase_if(trees, [&](const auto& entry) { return within(entry.first, path); });
  return ok();
}

bool FakeHost::exists(const std::filesystem::path& path) {
  return trees.contains(path);
}

Result<> FakeHost::copy_tree(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (error) return *error;
  if (before_change)
    if (auto stopped = before_change("copy")) return *stopped;
  if (trees.contains(to)) return Error{ErrorCode::kIo, "EEXIST: " + to.string()};
  trees[to] = trees.at(from);
  return ok();
}

Result<> FakeHost::rename_path(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (error) return *error;
  if (before_change)
    if (auto stopped = before_change("rename")) return *stopped;
  if (trees.contains(to)) return Error{ErrorCode::kIo, "EEXIST: " + to.string()};
  const auto bytes = trees.at(from);
  trees.erase(from);
  trees[to] = bytes;
  return ok();
}

Result<std::uint64_t> FakeHost::tree_bytes(const std::filesystem::path& path) {
  std::uint64_t sum = 0;
  for (const auto& [directory, bytes] : trees)
    if (within(directory, path)) sum += bytes;
  return sum;
}

Result<ports::DiskSpace> FakeHost::disk_space(const std::filesystem::path&) {
  return space;
}

struct FakeLocks::State {
  explicit State(boost::asio::io_context& io) : freed(io) {}
  std::map<std::string, std::string> holders;  // service -> operation
  Announcement freed;
};

namespace {

class Held final : public ports::ServiceLock {
 public:
  explicit Held(std::function<void()> let_go) : let_go_(std::move(let_go)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() override { let_go_(); }

 private:
  std::function<void()> let_go_;
};

}  // namespace

FakeLocks::FakeLocks(boost::asio::io_context& io, FakeClock& clock)
    : state_(std::make_shared<State>(io)), io_(io), clock_(clock) {}
FakeLocks::~FakeLocks() = default;

Task<std::unique_ptr<ports::ServiceLock>> FakeLocks::acquire(std::string service,
                                                             std::string operation,
                                                             std::chrono::nanoseconds wait) {
  BOOST_OUTCOME_CO_TRY(co_await Announcement::yield(io_));
  const auto deadline = clock_.steady_now() + wait;
  clock_.call_in(wait, [state = state_] { state->freed.announce(); });
  while (state_->holders.contains(service)) {
    if (clock_.steady_now() >= deadline)
      co_return Error{ErrorCode::kLocked,
                      fmt::format("held by pid 4711 ({})", state_->holders[service])};
    BOOST_OUTCOME_CO_TRY(co_await state_->freed.wait());
  }
  state_->holders[service] = operation;
  std::unique_ptr<ports::ServiceLock> lock = std::make_unique<Held>([state = state_, service] {
    state->holders.erase(service);
    state->freed.announce();
  });
  co_return lock;
}

void FakeLocks::hold(const std::string& service, const std::string& operation) {
  state_->holders[service] = operation;
}

void FakeLocks::let_go(const std::string& service) {
  state_->holders.erase(service);
  state_->freed.announce();
}

std::set<std::string> FakeLocks::held() const {
  std::set<std::string> services;
  for (const auto& [service, operation] : state_->holders) services.insert(service);
  return services;
}

}  // namespace aistack::testing
