#include "adapters/posix/host.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "adapters/posix/files.hpp"
#include "adapters/posix/port_holder.hpp"
#include "adapters/posix/tree.hpp"
#include "adapters/posix/tree_copy.hpp"

namespace aistack::adapters::posix {
namespace {

constexpr std::uint64_t kMaxText = 64 << 10;

ports::PathStatus::Kind kind_of(mode_t mode) {
  using Kind = ports::PathStatus::Kind;
  if (S_ISREG(mode)) return Kind::file;
  if (S_ISDIR(mode)) return Kind::directory;
  if (S_ISSOCK(mode)) return Kind::socket;
  return S_ISCHR(mode) || S_ISBLK(mode) ? Kind::device : Kind::other;
}

class LinuxHost : public ports::Host {
 public:
  std::optional<ports::PortHolder> port_holder(const std::string& ip, int port,
                                               const std::string& protocol) override {
    return find_port_holder(ip, port, protocol);
  }

  Result<> make_directory(const std::filesystem::path& path) override {
    return make_directories(path, 0755);
  }

  Result<> remove_tree(const std::filesystem::path& path) override {
    return posix::remove_tree(path);
  }

  Result<std::uint64_t> tree_bytes(const std::filesystem::path& path) override {
    return posix::tree_bytes(path);
  }

  bool exists(const std::filesystem::path& path) override {
    std::error_code error;
    return std::filesystem::exists(std::filesystem::symlink_status(path, error));
  }

  std::optional<ports::PathStatus> path_status(const std::filesystem::path& path) override {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return ports::PathStatus{
        .kind = kind_of(status.st_mode),
        .mode = status.st_mode & 07777U,
        .uid = status.st_uid,
        .writable = ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0};
  }

  Result<std::vector<std::string>> list_directory(const std::filesystem::path& path) override {
    std::vector<std::string> names;
    std::error_code error;
    std::filesystem::directory_iterator entries{path, error};
    while (!error && entries != std::filesystem::directory_iterator{}) {
      names.push_back(entries->path().filename().string());
      entries.increment(error);
    }
    if (error && error != std::errc::no_such_file_or_directory)
      return errno_error(error.value(), path);
    std::sort(names.begin(), names.end());
    return names;
  }

  Result<std::optional<std::string>> read_text(const std::filesystem::path& path) override {
    return posix::read_text(path, kMaxText);
  }

  Result<> write_text(const std::filesystem::path& path, const std::string& text) override {
    return replace_text(path, text);
  }

  std::optional<bool> clock_synchronised() override {
    timex state{};  // modes = 0: asks, changes nothing
    const int result = ::adjtimex(&state);
    if (result < 0) return std::nullopt;
    return result != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  }

  Result<> copy_tree(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return posix::copy_tree(from, to);
  }

  Result<> rename_path(const std::filesystem::path& from,
                       const std::filesystem::path& to) override {
    return posix::rename_path(from, to);
  }

  Result<ports::DiskSpace> disk_space(const std::filesystem::path& path) override {
    auto existing = path;
    struct statvfs status {};
    while (::statvfs(existing.c_str(), &status) != 0) {
      if (errno != ENOENT || !existing.has_relative_path()) return errno_error(errno, existing);
      existing = existing.parent_path();
    }
    const std::uint64_t block = status.f_frsize;
    return ports::DiskSpace{status.f_bavail * block, status.f_blocks * block};
  }
};

}  // namespace

std::unique_ptr<ports::Host> make_host() {
  return std::make_unique<LinuxHost>();
}

}  // namespace aistack::adapters::posix
