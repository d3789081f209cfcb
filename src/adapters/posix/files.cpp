#include "adapters/posix/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <vector>

namespace aistack::adapters::posix {
namespace {

Result<std::string> read_descriptor(int fd, const std::filesystem::path& path,
                                    std::uint64_t max_bytes) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return errno_error(errno, path);
  if (!S_ISREG(status.st_mode))
    return Error{ErrorCode::kIo, fmt::format("{}: is no regular file", path.string())};
  std::string text;
  std::array<char, 16384> block;
  while (true) {
    const auto got = ::read(fd, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_error(errno, path);
    if (got == 0) return text;
    text.append(block.data(), static_cast<std::size_t>(got));
    if (text.size() > max_bytes)
      return Error{ErrorCode::kIo,
                   fmt::format("{}: is longer than {} bytes", path.string(), max_bytes)};
  }
}

// Removes a temporary file unless it was renamed into place.
class TemporaryFile {
 public:
  TemporaryFile(int directory, std::string name) : directory_(directory), name_(std::move(name)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (!name_.empty()) ::unlinkat(directory_, name_.c_str(), 0);
  }
  const std::string& name() const { return name_; }
  void keep() { name_.clear(); }

 private:
  int directory_;
  std::string name_;
};

// Temporary files of `name` that a killed process left. Its own pid is in each one's name.
void remove_leftovers(int directory, const std::string& name) {
  const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return;
  DIR* const entries = ::fdopendir(copy);
  if (entries == nullptr) {
    ::close(copy);
    return;
  }
  const auto prefix = "." + name + ".";
  constexpr std::string_view kSuffix = ".tmp";
  while (const dirent* const entry = ::readdir(entries)) {
    std::string_view rest = entry->d_name;
    if (!rest.starts_with(prefix) || !rest.ends_with(kSuffix)) continue;
    rest.remove_prefix(prefix.size());
    rest.remove_suffix(kSuffix.size());
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), pid);
    if (error != std::errc{} || end != rest.data() + rest.size() || pid <= 0) continue;
    if (pid == ::getpid() || (::kill(pid, 0) != 0 && errno == ESRCH))
      ::unlinkat(directory, entry->d_name, 0);
  }
  ::closedir(entries);
}

}  // namespace

Error errno_error(int number, const std::filesystem::path& path) {
  return aistack::errno_error(number, path.string());
}

Result<std::optional<std::string>> read_text(const std::filesystem::path& path,
                                             std::uint64_t max_bytes) {
  // O_NONBLOCK: opening a FIFO without it waits for a writer.
  const Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return errno_error(errno, path);
  }
  BOOST_OUTCOME_TRY(auto text, read_descriptor(fd.get(), path, max_bytes));
  return std::optional<std::string>{std::move(text)};
}

Result<> make_directories(const std::filesystem::path& path, mode_t mode) {
  std::filesystem::path so_far;
  for (const auto& part : path) {
    so_far /= part;
    if (part.empty()) continue;  // of a slash at the end
    if (::mkdir(so_far.c_str(), mode) == 0) {
      if (::chmod(so_far.c_str(), mode) != 0) return errno_error(errno, so_far);
      continue;
    }
    const int number = errno;
    struct stat status {};
    if (::stat(so_far.c_str(), &status) != 0) return errno_error(number, so_far);
    if (!S_ISDIR(status.st_mode)) return errno_error(ENOTDIR, so_far);
  }
  return ok();
}

Result<> replace_text(const std::filesystem::path& path, std::string_view text) {
  BOOST_OUTCOME_TRY(make_directories(path.parent_path(), 0755));
  const Fd directory{::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!directory) return errno_error(errno, path.parent_path());
  const auto name = path.filename().string();
  struct stat status {};
  const bool exists = ::fstatat(directory.get(), name.c_str(), &status, 0) == 0;
  const mode_t mode = exists ? status.st_mode & 07777U : 0644;
  remove_leftovers(directory.get(), name);
  TemporaryFile temporary{directory.get(), fmt::format(".{}.{}.tmp", name, ::getpid())};
  Fd file{::openat(directory.get(), temporary.name().c_str(),
                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)};
  if (!file) return errno_error(errno, path);
  if (const int number = write_all(file.get(), text); number != 0) return errno_error(number, path);
  if (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0) return errno_error(errno, path);
  file.reset();
  if (::renameat(directory.get(), temporary.name().c_str(), directory.get(), name.c_str()) != 0)
    return errno_error(errno, path);
  temporary.keep();
  if (::fsync(directory.get()) != 0) return errno_error(errno, path);
  return ok();
}

int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

Result<std::optional<Fd>> PrivateDirectory::open() const {
  Fd fd{::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  struct stat status {};
  if (!fd) {
    const int number = errno;
    if (number == ENOENT) return std::nullopt;
    if ((number == ELOOP || number == ENOTDIR) && ::lstat(path_.c_str(), &status) == 0 &&
        S_ISLNK(status.st_mode))
      return Error{ErrorCode::kPermission,
                   fmt::format("{} is a symbolic link, which is not followed", path_.string()),
                   {},
                   {},
                   {"put the real directory there, or name it in AISTACK_STATE_DIR"}};
    return errno_error(number, path_);
  }
  if (::fstat(fd.get(), &status) != 0) return errno_error(errno, path_);
  const auto refuse = [&](const std::string& reason, const std::string& remedy) {
    return Error{
        ErrorCode::kPermission, fmt::format("{} {}", path_.string(), reason), {}, {}, {remedy}};
  };
  const auto user = ::geteuid();
  if (status.st_uid != user)
    return refuse(fmt::format("belongs to user {}, and this is user {}", status.st_uid, user),
                  fmt::format("chown -R {} {}", user, path_.string()));
  if ((status.st_mode & S_IWOTH) != 0)
    return refuse(fmt::format("may be written by everybody (mode {:04o})", status.st_mode & 07777U),
                  fmt::format("chmod 0700 {}", path_.string()));
  return std::optional<Fd>{std::move(fd)};
}

Result<Fd> PrivateDirectory::open_or_make() const {
  BOOST_OUTCOME_TRY(auto fd, open());
  if (fd) return *std::move(fd);
  if (path_.has_parent_path()) {
    BOOST_OUTCOME_TRY(make_directories(path_.parent_path(), 0755));
  }
  if (::mkdir(path_.c_str(), 0700) != 0 && errno != EEXIST) return errno_error(errno, path_);
  BOOST_OUTCOME_TRY(fd, open());
  if (!fd) return errno_error(ENOENT, path_);
  return *std::move(fd);
}

Result<std::optional<std::string>> PrivateDirectory::read(const std::string& name,
                                                          std::uint64_t max_bytes) const {
  BOOST_OUTCOME_TRY(const auto directory, open());
  if (!directory) return std::nullopt;
  const Fd file{::openat(directory->get(), name.c_str(),
                         O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    return errno_error(errno, path_ / name);
  }
  BOOST_OUTCOME_TRY(auto text, read_descriptor(file.get(), path_ / name, max_bytes));
  return std::optional<std::string>{std::move(text)};
}

Result<> PrivateDirectory::write(const std::string& name, std::string_view text) const {
  BOOST_OUTCOME_TRY(const auto directory, open_or_make());
  remove_leftovers(directory.get(), name);
  TemporaryFile temporary{directory.get(), fmt::format(".{}.{}.tmp", name, ::getpid())};
  Fd file{::openat(directory.get(), temporary.name().c_str(),
                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!file) return errno_error(errno, path_ / name);
  const auto fail = [&](int number) { return errno_error(number, path_ / name); };
  if (const int number = write_all(file.get(), text); number != 0) return fail(number);
  if (::fsync(file.get()) != 0) return fail(errno);
  file.reset();
  if (::renameat(directory.get(), temporary.name().c_str(), directory.get(), name.c_str()) != 0)
    return fail(errno);
  temporary.keep();
  if (::fsync(directory.get()) != 0) return fail(errno);
  return ok();
}

Result<> PrivateDirectory::remove(const std::string& name) const {
  BOOST_OUTCOME_TRY(const auto directory, open());
  if (!directory) return ok();
  if (::unlinkat(directory->get(), name.c_str(), 0) != 0)
    return errno == ENOENT ? Result<>{ok()} : errno_error(errno, path_ / name);
  if (::fsync(directory->get()) != 0) return errno_error(errno, path_);
  return ok();
}

}  // namespace aistack::adapters::posix
