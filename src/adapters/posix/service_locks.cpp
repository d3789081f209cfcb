#include "adapters/posix/service_locks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "adapters/posix/files.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace aistack::adapters::posix {
namespace {

using std::chrono::milliseconds;
constexpr milliseconds kNamedWithin{100};
constexpr milliseconds kFirstPause{5};
constexpr milliseconds kLongestPause{200};

class FlockLock : public ports::ServiceLock {
 public:
  explicit FlockLock(Fd fd) : fd_(std::move(fd)) {}
  ~FlockLock() override {
    // Nobody shall read the name of a holder that is gone. Closing releases the lock.
    if (::ftruncate(fd_.get(), 0) != 0) return;
  }

 private:
  Fd fd_;
};

// The kernel locks the file, not its name: is it still the file of this name?
bool still_there(int fd, const std::filesystem::path& path) {
  struct stat ours {};
  struct stat theirs {};
  return ::fstat(fd, &ours) == 0 && ::lstat(path.c_str(), &theirs) == 0 &&
         ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

constexpr auto kNameless = "another aistack process";

// "pid 812 (install, for 12s)", as far as the lock's file tells.
std::string describe_holder(int fd, Time now) {
  std::array<char, 1024> block;
  const auto got = ::pread(fd, block.data(), block.size(), 0);
  const std::string_view text(block.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  const auto info = nlohmann::json::parse(text, nullptr, false);
  const auto number = [&](const char* key) {
    return info.is_object() && info.contains(key) && info[key].is_number_integer();
  };
  if (!number("pid")) return kNameless;
  std::string result = fmt::format("pid {}", info["pid"].dump());
  const auto word = [&](const char* key) {
    return info.contains(key) && info[key].is_string() ? info[key].get<std::string>() : "";
  };
  std::vector<std::string> details;
  if (const auto operation = word("operation"); !operation.empty())
    details.push_back(printable(operation, 100));
  if (const auto since = parse_iso8601(word("since")))
    details.push_back("for " + to_short(now - *since));
  return details.empty() ? result : fmt::format("{} ({})", result, join(details, ", "));
}

class FlockLocks : public ports::ServiceLocks {
 public:
  FlockLocks(std::filesystem::path directory, ports::Clock& clock)
      : directory_(std::move(directory)), clock_(clock) {}

  Task<std::unique_ptr<ports::ServiceLock>> acquire(std::string service, std::string operation,
                                                    std::chrono::nanoseconds wait) override {
    const auto begin = clock_.steady_now();
    const auto deadline = begin + wait;
    const auto path = directory_ / (service + ".lock");
    std::chrono::nanoseconds pause = kFirstPause;
    while (true) {
      BOOST_OUTCOME_CO_TRY(auto attempt, try_once(path, operation));
      if (attempt.lock) co_return std::move(attempt.lock);
      const auto now = clock_.steady_now();
      // Who has just got the lock writes its name a moment later.
      const bool unnamed = attempt.holder == kNameless && now < begin + kNamedWithin;
      const auto left = (unnamed ? std::max(deadline, begin + kNamedWithin) : deadline) - now;
      if (left <= std::chrono::nanoseconds::zero()) co_return locked(service, attempt.holder, wait);
      const auto nap = std::min<std::chrono::nanoseconds>(pause, left);
      BOOST_OUTCOME_CO_TRY(co_await clock_.sleep(nap));
      pause = std::min<std::chrono::nanoseconds>(pause * 2, kLongestPause);
    }
  }

 private:
  struct Attempt {
    std::unique_ptr<ports::ServiceLock> lock;
    std::string holder;  // where `lock` is null
  };

  Result<Attempt> try_once(const std::filesystem::path& path, const std::string& operation) {
    constexpr int kTries = 100;  // against somebody who removes the file all the time
    for (int i = 0; i < kTries; ++i) {
      BOOST_OUTCOME_TRY(make_directories(directory_, 0755));
      Fd fd{::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600)};
      if (!fd && errno == ENOENT) continue;
      if (!fd) return errno_error(errno, path);
      if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK) return errno_error(errno, path);
        return Attempt{nullptr, describe_holder(fd.get(), clock_.now())};
      }
      if (!still_there(fd.get(), path)) continue;
      BOOST_OUTCOME_TRY(write_holder(fd.get(), path, operation));
      return Attempt{std::make_unique<FlockLock>(std::move(fd)), {}};
    }
    return Error{ErrorCode::kIo, fmt::format("{}: keeps being removed", path.string())};
  }

  Result<> write_holder(int fd, const std::filesystem::path& path, const std::string& operation) {
    const nlohmann::ordered_json info{
        {"pid", ::getpid()}, {"operation", operation}, {"since", to_iso8601(clock_.now())}};
    const auto text = info.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
    if (::ftruncate(fd, 0) != 0) return errno_error(errno, path);
    const auto written = ::pwrite(fd, text.data(), text.size(), 0);
    if (written < 0) return errno_error(errno, path);
    return ok();
  }

  static Error locked(const std::string& service, const std::string& holder,
                      std::chrono::nanoseconds wait) {
    const auto waited = wait > std::chrono::nanoseconds::zero()
                            ? fmt::format(", waited {}", to_short(wait))
                            : std::string{};
    return Error{ErrorCode::kLocked,
                 fmt::format("{} is being worked on by {}{}", service, holder, waited),
                 {},
                 {},
                 {"try again when it has ended, or wait for it: --lock-timeout 5m"}};
  }

  std::filesystem::path directory_;
  ports::Clock& clock_;
};

}  // namespace

std::unique_ptr<ports::ServiceLocks> make_service_locks(std::filesystem::path directory,
                                                        ports::Clock& clock) {
  return std::make_unique<FlockLocks>(std::move(directory), clock);
}

}  // namespace aistack::adapters::posix
