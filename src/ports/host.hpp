#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace aistack::ports {

struct PortHolder {
  std::int64_t pid = 0;  // 0: unknown (another user's process)
  std::string program;   // "" if unknown
  std::string unit;      // the systemd service that it belongs to: "ollama"; "" if to none
  std::string address;   // what it listens on: "127.0.0.1:11434"
};

struct DiskSpace {
  std::uint64_t free_bytes = 0;  // for an ordinary user
  std::uint64_t total_bytes = 0;
};

// What stands at a path; of a symbolic link, what it leads to.
struct PathStatus {
  enum class Kind { file, directory, socket, device, other };
  Kind kind = Kind::other;
  unsigned mode = 0;      // permission bits: 0700
  std::int64_t uid = 0;   // the owner
  bool writable = false;  // for this process, on a file system that is not read-only
};

// What an operation needs to know and do on this machine outside the engine.
class Host {
 public:
  virtual ~Host() = default;
  // Who listens on this TCP (or UDP) port so that `ip`:`port` could not be bound ("" or 0.0.0.0:
  // any address)? Absent: nobody. Reads /proc, spawns nothing.
  virtual std::optional<PortHolder> port_holder(const std::string& ip, int port,
                                                const std::string& protocol) = 0;
  // `mkdir -p`, new directories with mode 0755. kPermission, kDiskFull, kIo.
  virtual Result<> make_directory(const std::filesystem::path& path) = 0;
  // Everything below `path`, and itself; never follows a symbolic link. Absent: ok.
  // kPermission, kIo: part of it may be gone.
  virtual Result<> remove_tree(const std::filesystem::path& path) = 0;
  // Apparent bytes of the files below `path`, links not followed; 0 when absent.
  virtual Result<std::uint64_t> tree_bytes(const std::filesystem::path& path) = 0;
  virtual bool exists(const std::filesystem::path& path) = 0;
  // Absent, or in a directory that may not be entered: nullopt.
  virtual std::optional<PathStatus> path_status(const std::filesystem::path& path) = 0;
  // The names in a directory, sorted; empty when it does not exist. kPermission, kIo.
  virtual Result<std::vector<std::string>> list_directory(const std::filesystem::path& path) = 0;
  // A small file whole, those of /proc and /sys too (64 KiB at most). Absent: nullopt.
  // kPermission, kIo.
  virtual Result<std::optional<std::string>> read_text(const std::filesystem::path& path) = 0;
  // Replaces a file as a whole: temporary name beside it, write, fsync, rename, fsync of the
  // directory. A file that exists keeps its mode, a new one gets 0644; its directory is made.
  // kPermission, kDiskFull, kIo: the old text is still there.
  virtual Result<> write_text(const std::filesystem::path& path, const std::string& text) = 0;
  // Does the kernel say that something keeps its clock right (NTP)? Absent: it cannot be asked.
  virtual std::optional<bool> clock_synchronised() = 0;
  // A copy of the directory `from` with owners, modes, times, extended attributes and symbolic
  // links as they are, on disk when it returns. Shares the data's blocks where the file system can
  // (reflinks). `to` must not exist. kDiskFull, kPermission, kIo: part of a copy may be there.
  virtual Result<> copy_tree(const std::filesystem::path& from,
                             const std::filesystem::path& to) = 0;
  // rename(2), and the directories of both names are on disk when it returns. `to` must not exist.
  virtual Result<> rename_path(const std::filesystem::path& from,
                               const std::filesystem::path& to) = 0;
  // Of the file system that holds `path` or its nearest existing parent.
  virtual Result<DiskSpace> disk_space(const std::filesystem::path& path) = 0;
};

}  // namespace aistack::ports
