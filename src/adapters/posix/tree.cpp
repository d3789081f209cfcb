#include "adapters/posix/tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <vector>

#include "adapters/posix/directory.hpp"
#include "adapters/posix/files.hpp"

namespace aistack::adapters::posix {
namespace {

constexpr std::size_t kMaxDepth = 200;  // tree_bytes keeps a descriptor a level
constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

bool is_dots(std::string_view name) {
  return name == "." || name == "..";
}

Directory open_directory(int parent, const char* name, int flags) {
  const int fd = ::openat(parent, name, flags);
  if (fd < 0) return nullptr;
  Directory directory{::fdopendir(fd)};
  if (!directory) ::close(fd);
  return directory;
}

// Removes what lies under one directory, going down and up again through "..". Of the way down
// only names and identities are kept.
class Remover {
 public:
  explicit Remover(std::filesystem::path path) : path_(std::move(path)) {}

  Result<> run(Directory top) {
    current_ = std::move(top);
    BOOST_OUTCOME_TRY(remember(""));
    while (true) {
      BOOST_OUTCOME_TRY(const auto child, remove_until_directory());
      if (!child.empty()) {
        BOOST_OUTCOME_TRY(descend(child));
        continue;
      }
      if (levels_.size() == 1) return ok();
      BOOST_OUTCOME_TRY(ascend());
    }
  }

 private:
  struct Level {
    std::string name;
    dev_t device = 0;
    ino_t inode = 0;
  };

  // Removes everything in the current directory up to the first subdirectory that is not empty,
  // and gives its name.
  Result<std::string> remove_until_directory() {
    const int fd = ::dirfd(current_.get());
    ::rewinddir(current_.get());
    errno = 0;
    while (const dirent* const entry = ::readdir(current_.get())) {
      const std::string name = entry->d_name;
      if (is_dots(name) || ::unlinkat(fd, name.c_str(), 0) == 0 || errno == ENOENT) {
        errno = 0;
        continue;
      }
      if (errno != EISDIR && errno != EPERM) return fail(errno, name);
      const int number = errno;
      if (::unlinkat(fd, name.c_str(), AT_REMOVEDIR) == 0) {
        errno = 0;
        continue;
      }
      if (errno == ENOTEMPTY || errno == EEXIST) return name;
      if (errno == EBUSY) return name;  // a mount point: empty it, then say so
      return fail(errno == ENOTDIR ? number : errno, name);
    }
    if (errno != 0) return fail(errno, "");
    return std::string{};
  }

  Result<> descend(const std::string& name) {
    auto child = open_directory(::dirfd(current_.get()), name.c_str(), kOpenDirectory);
    if (!child) return fail(errno, name);
    current_ = std::move(child);
    return remember(name);
  }

  Result<> ascend() {
    const auto done = levels_.back();
    auto parent = open_directory(::dirfd(current_.get()), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!parent) return fail(errno, "..");
    levels_.pop_back();
    current_ = std::move(parent);
    struct stat status {};
    if (::fstat(::dirfd(current_.get()), &status) != 0) return fail(errno, "");
    // Somebody moved the directory while we were inside: going on would be somewhere else.
    if (status.st_dev != levels_.back().device || status.st_ino != levels_.back().inode)
      return fail(ESTALE, "");
    if (::unlinkat(::dirfd(current_.get()), done.name.c_str(), AT_REMOVEDIR) != 0 &&
        errno != ENOENT && errno != ENOTEMPTY)
      return fail(errno, done.name);
    return ok();
  }

  Result<> remember(const std::string& name) {
    struct stat status {};
    if (::fstat(::dirfd(current_.get()), &status) != 0) return fail(errno, name);
    levels_.push_back({name, status.st_dev, status.st_ino});
    return ok();
  }

  Error fail(int number, const std::string& name) const {
    auto where = path_;
    for (const auto& level : levels_)
      if (!level.name.empty()) where /= level.name;
    return errno_error(number, name.empty() ? where : where / name);
  }

  std::filesystem::path path_;
  Directory current_;
  std::vector<Level> levels_;
};

}  // namespace

Result<> remove_tree(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0)
    return errno == ENOENT ? Result<>{ok()} : errno_error(errno, path);
  if (!S_ISDIR(status.st_mode)) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return errno_error(errno, path);
    return ok();
  }
  auto top = open_directory(AT_FDCWD, path.c_str(), kOpenDirectory);
  if (!top) return errno_error(errno, path);
  BOOST_OUTCOME_TRY(Remover{path}.run(std::move(top)));
  if (::rmdir(path.c_str()) != 0 && errno != ENOENT) return errno_error(errno, path);
  return ok();
}

Result<std::uint64_t> tree_bytes(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0)
    return errno == ENOENT ? Result<std::uint64_t>{std::uint64_t{0}} : errno_error(errno, path);
  if (!S_ISDIR(status.st_mode))
    return S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0U;
  std::vector<Directory> stack;
  stack.push_back(open_directory(AT_FDCWD, path.c_str(), kOpenDirectory));
  if (!stack.back()) return errno_error(errno, path);
  std::uint64_t total = 0;
  while (!stack.empty()) {
    const int fd = ::dirfd(stack.back().get());
    const dirent* const entry = ::readdir(stack.back().get());
    if (entry == nullptr) {
      stack.pop_back();
      continue;
    }
    if (is_dots(entry->d_name) || ::fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    if (S_ISREG(status.st_mode)) total += static_cast<std::uint64_t>(status.st_size);
    if (!S_ISDIR(status.st_mode)) continue;
    if (stack.size() >= kMaxDepth) return errno_error(ELOOP, path);
    auto child = open_directory(fd, entry->d_name, kOpenDirectory);
    if (child)
      stack.push_back(std::move(child));
    else if (errno != ENOENT)
      return errno_error(errno, path / entry->d_name);
  }
  return total;
}

}  // namespace aistack::adapters::posix
