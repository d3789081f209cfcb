#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace aistack::adapters::posix {

// What happens where the file does not exist: it and its directory are made (0640 and 0755), or the
// line goes nowhere, which is no error.
enum class Missing { make, leave };

// Appends lines to a log that several processes write and that logrotate renames.
class LineAppender {
 public:
  explicit LineAppender(std::filesystem::path file, Missing missing = Missing::make)
      : file_(std::move(file)), missing_(missing) {}

  const std::filesystem::path& file() const { return file_; }

  // `line` ends with its newline. It is written by one write(2), so that lines of several processes
  // do not mix. kPermission, kDiskFull, kIo: nothing was appended.
  Result<> append(std::string line) const;

 private:
  std::filesystem::path file_;
  Missing missing_;
};

}  // namespace aistack::adapters::posix
