#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <optional>

#include "adapters/posix/files.hpp"
#include "adapters/posix/program_log.hpp"
#include "base/text.hpp"

namespace aistack::adapters::posix {
namespace {

constexpr int kMostParents = 6;
constexpr std::uint64_t kMostBytes = 64 << 10;

std::string user_name(uid_t uid) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen("/etc/passwd", "re"),
                                                             std::fclose};
  while (file) {
    const passwd* const entry = ::fgetpwent(file.get());
    if (entry == nullptr) break;
    if (entry->pw_uid == uid) return entry->pw_name;
  }
  return fmt::to_string(uid);
}

std::string proc_text(pid_t pid, const char* name) {
  const auto text = read_text(fmt::format("/proc/{}/{}", pid, name), kMostBytes);
  return text && text.value() ? std::string{trim(*text.value())} : std::string{};
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

// The fourth field of /proc/PID/stat; the second, the name in parentheses, may hold anything.
pid_t parent_of(pid_t pid) {
  const auto stat = proc_text(pid, "stat");
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos || name_end + 4 > stat.size()) return 0;
  return static_cast<pid_t>(number(std::string_view{stat}.substr(name_end + 4)).value_or(0));
}

std::string programs_above() {
  std::string names;
  auto pid = ::getppid();
  for (int i = 0; i < kMostParents && pid > 0; ++i) {
    const auto name = printable(proc_text(pid, "comm"), 64);
    if (name.empty()) break;
    names += names.empty() ? name : " < " + name;
    pid = parent_of(pid);
  }
  return names;
}

// The audit system's answer; without one, sudo's.
std::string login_name(const std::map<std::string, std::string>& environment) {
  constexpr std::uint64_t kUnset = UINT32_MAX;
  const auto login = number(proc_text(::getpid(), "loginuid"));
  if (login && *login < kUnset) return user_name(static_cast<uid_t>(*login));
  const auto sudo = environment.find("SUDO_USER");
  return sudo == environment.end() ? std::string{} : printable(sudo->second, 64);
}

}  // namespace

ports::Caller find_caller(const std::map<std::string, std::string>& environment) {
  ports::Caller caller{::getpid(), user_name(::geteuid()), login_name(environment),
                       programs_above()};
  if (caller.login == caller.user) caller.login.clear();
  return caller;
}

}  // namespace aistack::adapters::posix
