#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace aistack::ports {

struct FileEntry {
  std::string name;
  std::uint64_t bytes = 0;
  Time modified{};
};

// A file, block by block.
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  // An empty view at the end. A view stays valid until the next call. kIo.
  virtual Result<std::string_view> next() = 0;
  virtual const FileEntry& entry() const = 0;
  // Bytes at the beginning that were passed over, up to the end of a line.
  virtual std::uint64_t skipped() const = 0;
};

enum class Links { follow, refuse };

// Regular files of this machine that others have written, however large: logs, configuration.
class FileReader {
 public:
  virtual ~FileReader() = default;
  // The regular files of a directory, by name; empty where there is none. kPermission, kIo.
  virtual Result<std::vector<FileEntry>> list(const std::filesystem::path& directory) = 0;
  // Absent (nullptr): it does not exist. Only whole lines from the last `most_bytes` are read, and
  // never more than that. A file called .gz, .xz, .bz2 or .zst comes uncompressed; of such a one it
  // is the first `most_bytes`. kPermission, kIo: also when it is no regular file, or a symbolic
  // link that is not to be followed.
  virtual Result<std::unique_ptr<ByteReader>> open(const std::filesystem::path& path, Links links,
                                                   std::uint64_t most_bytes) = 0;
};

}  // namespace aistack::ports
