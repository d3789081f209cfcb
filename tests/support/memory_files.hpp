#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ports/archive_writer.hpp"
#include "ports/file_reader.hpp"

// Archives and large files in memory.
namespace aistack::testing {

class MemoryArchives final : public ports::Archives {
 public:
  // Committed archives: path -> file -> content.
  std::map<std::string, std::map<std::string, std::string>> archives;
  // A write fails with it once an archive has so many bytes.
  std::optional<Error> write_error;
  std::uint64_t error_after = 0;

  Result<std::unique_ptr<ports::ArchiveWriter>> create(
      const std::filesystem::path& target) override;
};

// Gives files in blocks of `block` bytes, so that what needs more than one block to be seen is
// tested. Links and compression are not in it.
class MemoryFiles final : public ports::FileReader {
 public:
  std::map<std::string, std::string> files;  // by path
  std::map<std::string, Error> errors;       // of opening a file, or listing a directory
  std::size_t block = 5;

  Result<std::vector<ports::FileEntry>> list(const std::filesystem::path& directory) override;
  Result<std::unique_ptr<ports::ByteReader>> open(const std::filesystem::path& path,
                                                  ports::Links links,
                                                  std::uint64_t most_bytes) override;
};

}  // namespace aistack::testing
