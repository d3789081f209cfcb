#include "adapters/posix/tree_copy.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "adapters/posix/directory.hpp"
#include "adapters/posix/fd.hpp"
#include "adapters/posix/files.hpp"
#include "base/rename_new.hpp"

namespace aistack::adapters::posix {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest =
    200;  // a deeper tree is no service's data; each level holds two descriptors
constexpr std::size_t kLongestLink = 4096;

Error failed(const fs::path& path) {
  return errno_error(errno, path);
}

// Both ends are open; `path` is for messages.
struct Pair {
  int from;
  int to;
  fs::path path;
};

Result<> copy_attributes(const Pair& pair) {
  std::vector<char> names(static_cast<std::size_t>(1) << 16);
  const auto size = ::flistxattr(pair.from, names.data(), names.size());
  if (size < 0) return errno == ENOTSUP ? Result<>{ok()} : Result<>{failed(pair.path)};
  std::vector<char> value(static_cast<std::size_t>(1) << 16);
  for (const char* name = names.data(); name < names.data() + size;
       name += std::char_traits<char>::length(name) + 1) {
    const auto length = ::fgetxattr(pair.from, name, value.data(), value.size());
    if (length < 0) continue;
    // The kernel's own (security.*) may be refused; the data does not depend on them.
    if (::fsetxattr(pair.to, name, value.data(), static_cast<std::size_t>(length), 0) != 0 &&
        errno != EPERM && errno != ENOTSUP)
      return failed(pair.path);
  }
  return ok();
}

// Owner first: it clears file capabilities, an attribute, and the set-id bits that the mode then
// sets.
Result<> copy_owner_mode_times(const Pair& pair, const struct stat& status) {
  if (::fchown(pair.to, status.st_uid, status.st_gid) != 0) return failed(pair.path);
  BOOST_OUTCOME_TRY(copy_attributes(pair));
  if (::fchmod(pair.to, status.st_mode & 07777U) != 0) return failed(pair.path);
  const struct timespec times[2] = {status.st_atim, status.st_mtim};
  if (::futimens(pair.to, times) != 0) return failed(pair.path);
  return ok();
}

Result<> copy_by_reading(const Pair& pair) {
  std::vector<char> buffer(static_cast<std::size_t>(1) << 18);
  while (true) {
    const auto got = ::read(pair.from, buffer.data(), buffer.size());
    if (got == 0) return ok();
    if (got < 0) {
      if (errno == EINTR) continue;
      return failed(pair.path);
    }
    for (ssize_t done = 0; done < got;) {
      const auto put = ::write(pair.to, buffer.data() + done, static_cast<std::size_t>(got - done));
      if (put < 0 && errno != EINTR) return failed(pair.path);
      if (put > 0) done += put;
    }
  }
}

Result<> copy_data(const Pair& pair) {
  if (::ioctl(pair.to, FICLONE, pair.from) == 0) return ok();
  constexpr std::size_t kPiece = static_cast<std::size_t>(64) << 20;
  bool any = false;
  while (true) {
    const auto copied = ::copy_file_range(pair.from, nullptr, pair.to, nullptr, kPiece, 0);
    if (copied == 0) return ok();
    if (copied > 0)
      any = true;
    else if (errno == EINTR)
      continue;
    else if (any || (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP))
      return failed(pair.path);
    else
      return copy_by_reading(pair);
  }
}

Result<> copy_file(const Pair& directory, const char* name, const struct stat& status) {
  const auto path = directory.path / name;
  const Fd from{::openat(directory.from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
  if (!from) return failed(path);
  const Fd to{::openat(directory.to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       S_IRUSR | S_IWUSR)};
  if (!to) return failed(path);
  const Pair pair{from.get(), to.get(), path};
  BOOST_OUTCOME_TRY(copy_data(pair));
  return copy_owner_mode_times(pair, status);
}

Result<> copy_link(const Pair& directory, const char* name, const struct stat& status) {
  const auto path = directory.path / name;
  std::string target(kLongestLink, '\0');
  const auto length = ::readlinkat(directory.from, name, target.data(), target.size());
  if (length < 0) return failed(path);
  target.resize(static_cast<std::size_t>(length));
  if (::symlinkat(target.c_str(), directory.to, name) != 0) return failed(path);
  if (::fchownat(directory.to, name, status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) != 0)
    return failed(path);
  return ok();
}

Result<> copy_directory(const Pair& pair, int depth);

Result<> copy_entry(const Pair& directory, const char* name, int depth) {
  const auto path = directory.path / name;
  struct stat status {};
  if (::fstatat(directory.from, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return failed(path);
  if (S_ISREG(status.st_mode)) return copy_file(directory, name, status);
  if (S_ISLNK(status.st_mode)) return copy_link(directory, name, status);
  if (S_ISSOCK(status.st_mode)) return ok();  // nothing that a copy could keep
  if (!S_ISDIR(status.st_mode)) {
    if (::mknodat(directory.to, name, status.st_mode, status.st_rdev) != 0) return failed(path);
    return ok();
  }
  if (::mkdirat(directory.to, name, S_IRWXU) != 0) return failed(path);
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const Fd from{::openat(directory.from, name, kFlags)};
  const Fd to{::openat(directory.to, name, kFlags)};
  if (!from || !to) return failed(path);
  return copy_directory({from.get(), to.get(), path}, depth + 1);
}

Result<> copy_directory(const Pair& pair, int depth) {
  if (depth > kDeepest)
    return Error{ErrorCode::kIo, pair.path.string() + ": nested more than 200 levels deep"};
  const int own = ::fcntl(pair.from, F_DUPFD_CLOEXEC, 0);  // fdopendir takes it over
  if (own < 0) return failed(pair.path);
  const Directory entries{::fdopendir(own)};
  if (!entries) return failed(pair.path);
  while (true) {
    errno = 0;
    const auto* entry = ::readdir(entries.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    BOOST_OUTCOME_TRY(copy_entry(pair, entry->d_name, depth));
  }
  if (errno != 0) return failed(pair.path);
  struct stat status {};
  if (::fstat(pair.from, &status) != 0) return failed(pair.path);
  return copy_owner_mode_times(pair, status);
}

Result<> sync_directory(const fs::path& path) {
  const Fd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd || ::fsync(fd.get()) != 0) return failed(path);
  return ok();
}

}  // namespace

Result<> copy_tree(const fs::path& from, const fs::path& to) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const Fd source{::open(from.c_str(), kFlags)};
  if (!source) return failed(from);
  if (::mkdir(to.c_str(), S_IRWXU) != 0) return failed(to);
  const Fd target{::open(to.c_str(), kFlags)};
  if (!target) return failed(to);
  BOOST_OUTCOME_TRY(copy_directory({source.get(), target.get(), from}, 0));
  // One sync of the file system instead of one a file.
  if (::syncfs(target.get()) != 0) return failed(to);
  return sync_directory(to.parent_path());
}

Result<> rename_path(const fs::path& from, const fs::path& to) {
  if (rename_new(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str()) != 0) return failed(from);
  BOOST_OUTCOME_TRY(sync_directory(from.parent_path()));
  return sync_directory(to.parent_path());
}

}  // namespace aistack::adapters::posix
