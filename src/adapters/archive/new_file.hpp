#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace aistack::adapters::archive {

// A file that gets its name only when it is whole.
class NewFile {
 public:
  NewFile() = default;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  // kConflict: there is something under that name. kPermission, kDiskFull, kIo.
  Result<> open(const std::filesystem::path& target);
  int fd() const { return fd_; }
  const std::filesystem::path& target() const { return target_; }
  // On disk, and under its name. kConflict as above.
  Result<> publish();

 private:
  Error failed(int number) const;
  Error exists() const;
  int give_name();

  std::filesystem::path target_;
  std::string name_;
  std::string temporary_;  // "" while it has no name at all
  int directory_ = -1;
  int fd_ = -1;
};

}  // namespace aistack::adapters::archive
