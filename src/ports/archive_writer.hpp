#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace aistack::ports {

struct ArchivedFile {
  std::string name;
  std::uint64_t bytes = 0;  // uncompressed
  std::string sha256;       // of those, in hexadecimal
};

// One compressed archive that is being written. Nothing stands under its name before `commit`;
// without one nothing is left over. Memory does not grow with the files or their number of bytes.
//
// Errors of every call: kPermission, kDiskFull, kIo. After one only the destructor may follow.
class ArchiveWriter {
 public:
  virtual ~ArchiveWriter() = default;
  // Begins a file of any size. `name` is relative, with "/" between folders.
  virtual Result<> begin_file(const std::string& name, Time modified) = 0;
  virtual Result<> write(std::string_view bytes) = 0;
  virtual Result<ArchivedFile> end_file() = 0;
  // Everything is on disk and the archive stands under its name (mode 0600) when it returns; gives
  // its size. kConflict: something has come to bear that name meanwhile, and it is left alone.
  virtual Result<std::uint64_t> commit() = 0;
};

class Archives {
 public:
  virtual ~Archives() = default;
  // A ZIP archive. kConflict: there is something under that name. kPermission, kIo (also: its
  // directory does not exist).
  virtual Result<std::unique_ptr<ArchiveWriter>> create(const std::filesystem::path& target) = 0;
};

}  // namespace aistack::ports
