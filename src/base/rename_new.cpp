#include "base/rename_new.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

namespace aistack {

int rename_new(int from_directory, const char* from, int to_directory, const char* to) {
  const int renamed = ::renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE);
  if (renamed == 0 || errno != EINVAL) return renamed;
  struct stat status {};
  if (::fstatat(to_directory, to, &status, AT_SYMLINK_NOFOLLOW) == 0) {
    errno = EEXIST;
    return -1;
  }
  if (errno != ENOENT) return -1;
  return ::renameat(from_directory, from, to_directory, to);
}

}  // namespace aistack
