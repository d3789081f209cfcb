#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/posix/fd.hpp"
#include "base/errno.hpp"
#include "base/result.hpp"

namespace aistack::adapters::posix {

using aistack::errno_text;
// kPermission, kDiskFull or kIo, with `why` "PATH: ENOSPC: No space left on device".
Error errno_error(int number, const std::filesystem::path& path);

// The whole text of a regular file. Absent: it does not exist. kPermission, kIo: also when it is
// longer than `max_bytes` or no regular file (a FIFO is not waited for).
Result<std::optional<std::string>> read_text(const std::filesystem::path& path,
                                             std::uint64_t max_bytes);

// Temporary name beside it, write, fsync, rename, fsync of the directory. A file that exists keeps
// its mode, a new one gets 0644; missing directories are made. kPermission, kDiskFull, kIo: the old
// text is still there, and no temporary file is.
Result<> replace_text(const std::filesystem::path& path, std::string_view text);

// Like `mkdir -p`: every directory that is missing gets exactly this mode, whatever the umask is.
Result<> make_directories(const std::filesystem::path& path, mode_t mode);

// Writes all of `text` to a descriptor; gives errno, 0 when it went well.
int write_all(int fd, std::string_view text);

// A directory of private files that only its owner controls. Files in it are named without a
// slash and never followed as symbolic links.
class PrivateDirectory {
 public:
  explicit PrivateDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }

  // Absent: there is no such directory. kPermission: it is a symbolic link, belongs to another
  // user, may be written by everybody, or the system refuses it.
  Result<std::optional<Fd>> open() const;
  // The same, made (0700) if it is missing.
  Result<Fd> open_or_make() const;

  // Absent: no such file (or directory).
  Result<std::optional<std::string>> read(const std::string& name, std::uint64_t max_bytes) const;
  // Temporary name, write, fsync, rename, fsync of the directory; mode 0600. On an error the old
  // file is still there and no temporary one is left.
  Result<> write(const std::string& name, std::string_view text) const;
  // Absent: ok.
  Result<> remove(const std::string& name) const;

 private:
  std::filesystem::path path_;
};

}  // namespace aistack::adapters::posix
