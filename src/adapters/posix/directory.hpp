#pragma once

#include <dirent.h>

#include <memory>

namespace aistack::adapters::posix {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
// An open directory, closed at the end.
using Directory = std::unique_ptr<DIR, CloseDirectory>;

}  // namespace aistack::adapters::posix
