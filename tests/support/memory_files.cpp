#include "support/memory_files.hpp"

#include <algorithm>

namespace aistack::testing {
namespace {

class MemoryArchive final : public ports::ArchiveWriter {
 public:
  MemoryArchive(MemoryArchives& archives, std::string path)
      : archives_(archives), path_(std::move(path)) {}

  Result<> begin_file(const std::string& name, Time) override {
    current_ = name;
    files_[name].clear();
    return ok();
  }
  Result<> write(std::string_view bytes) override {
    files_[current_] += bytes;
    bytes_ += bytes.size();
    if (archives_.write_error && bytes_ > archives_.error_after) return *archives_.write_error;
    return ok();
  }
  Result<ports::ArchivedFile> end_file() override {
    return ports::ArchivedFile{current_, files_[current_].size(), "digest of " + current_};
  }
  Result<std::uint64_t> commit() override {
    if (archives_.archives.contains(path_))
      return Error{ErrorCode::kConflict, path_ + " exists already"};
    archives_.archives[path_] = files_;
    return bytes_;
  }

 private:
  MemoryArchives& archives_;
  std::string path_;
  std::string current_;
  std::map<std::string, std::string> files_;
  std::uint64_t bytes_ = 0;
};

class MemoryReader final : public ports::ByteReader {
 public:
  MemoryReader(std::string name, std::string text, std::uint64_t skipped, std::size_t block)
      : text_(std::move(text)), skipped_(skipped), block_(block) {
    entry_.name = std::move(name);
    entry_.bytes = text_.size() + skipped;
  }
  Result<std::string_view> next() override {
    const auto piece = std::string_view{text_}.substr(at_, block_);
    at_ += piece.size();
    return piece;
  }
  const ports::FileEntry& entry() const override { return entry_; }
  std::uint64_t skipped() const override { return skipped_; }

 private:
  ports::FileEntry entry_;
  std::string text_;
  std::size_t at_ = 0;
  std::uint64_t skipped_;
  std::size_t block_;
};

}  // namespace

Result<std::unique_ptr<ports::ArchiveWriter>> MemoryArchives::create(
    const std::filesystem::path& target) {
  if (archives.contains(target.string()))
    return Error{ErrorCode::kConflict, target.string() + " exists already"};
  return std::make_unique<MemoryArchive>(*this, target.string());
}

Result<std::vector<ports::FileEntry>> MemoryFiles::list(const std::filesystem::path& directory) {
  if (const auto error = errors.find(directory.string()); error != errors.end())
    return error->second;
  std::vector<ports::FileEntry> entries;
  for (const auto& [path, text] : files) {
    const std::filesystem::path file{path};
    if (file.parent_path() == directory)
      entries.push_back({file.filename().string(), text.size(), Time{}});
  }
  return entries;
}

Result<std::unique_ptr<ports::ByteReader>> MemoryFiles::open(const std::filesystem::path& path,
                                                             ports::Links,
                                                             std::uint64_t most_bytes) {
  if (const auto error = errors.find(path.string()); error != errors.end()) return error->second;
  const auto found = files.find(path.string());
  if (found == files.end()) return nullptr;
  auto text = found->second;
  std::uint64_t skipped = 0;
  if (text.size() > most_bytes) {
    const auto end = text.find('\n', text.size() - most_bytes - 1);
    skipped = end == std::string::npos ? text.size() : end + 1;
    text.erase(0, skipped);
  }
  return std::make_unique<MemoryReader>(path.filename().string(), std::move(text), skipped, block);
}

}  // namespace aistack::testing
