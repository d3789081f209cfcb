#include "adapters/posix/host.hpp"

#include <sys/statvfs.h>

#include <cerrno>

#include "adapters/posix/files.hpp"
#include "adapters/posix/port_holder.hpp"
#include "adapters/posix/tree.hpp"
#include "adapters/posix/tree_copy.hpp"

namespace aistack::adapters::posix {
namespace {

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
