#include "adapters/archive/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/errno.hpp"
#include "base/rename_new.hpp"

namespace aistack::adapters::archive {

NewFile::~NewFile() {
  if (!temporary_.empty()) ::unlinkat(directory_, temporary_.c_str(), 0);
  if (fd_ >= 0) ::close(fd_);
  if (directory_ >= 0) ::close(directory_);
}

Error NewFile::failed(int number) const {
  return errno_error(number, target_.string());
}

Error NewFile::exists() const {
  return {ErrorCode::kConflict, fmt::format("{} exists already", target_.string())};
}

Result<> NewFile::open(const std::filesystem::path& target) {
  target_ = target;
  name_ = target.filename().string();
  const auto parent = target.has_parent_path() ? target.parent_path() : std::filesystem::path{"."};
  if (name_.empty() || name_ == "." || name_ == "..")
    return Error{ErrorCode::kIo, fmt::format("{} names no file", target.string())};
  directory_ = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory_ < 0) return errno_error(errno, parent.string());
  struct stat status {};
  if (::fstatat(directory_, name_.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return exists();
  fd_ = ::openat(directory_, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  const bool unsupported =
      errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL;
  if (fd_ < 0 && unsupported) {
    const auto temporary = fmt::format(".{}.{}.tmp", name_, ::getpid());
    ::unlinkat(directory_, temporary.c_str(), 0);  // of an earlier process with our number
    fd_ = ::openat(directory_, temporary.c_str(),
                   O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd_ >= 0) temporary_ = temporary;
  }
  if (fd_ < 0) return failed(errno);
  return ok();
}

int NewFile::give_name() {
  if (temporary_.empty()) {
    const auto self = fmt::format("/proc/self/fd/{}", fd_);
    return ::linkat(AT_FDCWD, self.c_str(), directory_, name_.c_str(), AT_SYMLINK_FOLLOW);
  }
  const int renamed = rename_new(directory_, temporary_.c_str(), directory_, name_.c_str());
  if (renamed == 0) temporary_.clear();
  return renamed;
}

Result<> NewFile::publish() {
  if (::fsync(fd_) != 0) return failed(errno);
  if (give_name() != 0) {
    const int number = errno;
    if (number == EEXIST) return exists();
    return failed(number);
  }
  if (::fsync(directory_) != 0) return failed(errno);
  return ok();
}

}  // namespace aistack::adapters::archive
