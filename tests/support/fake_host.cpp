#include "support/fake_host.hpp"

#include <fmt/format.h>

#include <algorithm>

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
  std::erase_if(files, [&](const auto& entry) { return within(entry.first, path); });
  return ok();
}

bool FakeHost::exists(const std::filesystem::path& path) {
  return path_status(path).has_value();
}

std::optional<ports::PathStatus> FakeHost::path_status(const std::filesystem::path& path) {
  using Kind = ports::PathStatus::Kind;
  if (const auto found = statuses.find(path); found != statuses.end()) return found->second;
  if (files.contains(path)) return ports::PathStatus{Kind::file, 0600, 0, true};
  const auto below = [&](const auto& entry) { return within(entry.first, path); };
  if (std::any_of(trees.begin(), trees.end(), below) ||
      std::any_of(files.begin(), files.end(), below))
    return ports::PathStatus{Kind::directory, 0755, 0, true};
  return std::nullopt;
}

Result<std::vector<std::string>> FakeHost::list_directory(const std::filesystem::path& path) {
  std::set<std::string> names;
  const auto add = [&](const std::filesystem::path& entry) {
    if (within(entry, path) && entry != path)
      names.insert(entry.lexically_relative(path).begin()->string());
  };
  for (const auto& [entry, bytes] : trees) add(entry);
  for (const auto& [entry, text] : files) add(entry);
  for (const auto& [entry, status] : statuses) add(entry);
  return std::vector<std::string>{names.begin(), names.end()};
}

Result<std::optional<std::string>> FakeHost::read_text(const std::filesystem::path& path) {
  const auto found = files.find(path);
  if (found == files.end()) return std::optional<std::string>{};
  return std::optional{found->second};
}

Result<> FakeHost::write_text(const std::filesystem::path& path, const std::string& text) {
  if (error) return *error;
  if (before_change)
    if (auto stopped = before_change("write")) return *stopped;
  files[path] = text;
  return ok();
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
