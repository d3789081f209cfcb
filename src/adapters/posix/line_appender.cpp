#include "adapters/posix/line_appender.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "adapters/posix/files.hpp"

namespace aistack::adapters::posix {
namespace {

// Alone with the file until it is closed, so that its end is the end of a line and not the middle
// of one that another process is writing. False: somebody holds on to it, whom nobody waits for:
// whoever may read a log may lock it.
bool lock(int fd) {
  constexpr int kMostTries = 50;
  for (int i = 0; i < kMostTries; ++i) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK && errno != EINTR) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return false;
}

// A line that a full disk cut off has no end; the next one must not be glued to it.
bool ends_inside_a_line(int fd, off_t size) {
  char last = '\n';
  return size > 0 && ::pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

// Takes a half-written line back, if nobody has written after it.
void take_back(int fd, off_t size, ssize_t written) {
  struct stat status {};
  if (::fstat(fd, &status) == 0 && status.st_size == size + written && ::ftruncate(fd, size) != 0)
    return;  // then it stays, and the next line begins with a newline
}

}  // namespace

// Opens the file each time: a rename by logrotate is then no special case, and a program that
// writes a handful of lines holds no descriptor for it.
Result<> LineAppender::append(std::string line) const {
  if (missing_ == Missing::make && file_.has_parent_path()) {
    BOOST_OUTCOME_TRY(make_directories(file_.parent_path(), 0755));
  }
  const int make = missing_ == Missing::make ? O_CREAT : 0;
  const Fd fd{
      ::open(file_.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | make, 0640)};
  if (!fd && make == 0 && errno == ENOENT) return ok();
  if (!fd) return errno_error(errno, file_);
  const bool locked = lock(fd.get());
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return errno_error(errno, file_);
  if (locked && ends_inside_a_line(fd.get(), status.st_size)) line.insert(0, 1, '\n');
  ssize_t written = -1;
  do {
    written = ::write(fd.get(), line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  if (written < 0) return errno_error(errno, file_);
  if (static_cast<std::size_t>(written) == line.size()) return ok();
  if (locked) take_back(fd.get(), status.st_size, written);
  return errno_error(ENOSPC, file_);
}

}  // namespace aistack::adapters::posix
