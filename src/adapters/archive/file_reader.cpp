#include "adapters/archive/file_reader.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "adapters/libarchive/libarchive.hpp"
#include "base/errno.hpp"

namespace aistack::adapters::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = 256 * 1024;
constexpr std::uint64_t kLongestSkip = 4 << 20;  // in search of a line's end

Time time_of(const struct stat& status) {
  return std::chrono::system_clock::from_time_t(status.st_mtime);
}

struct Descriptor {
  explicit Descriptor(int number) : fd(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  int fd;
};

// Counts what was passed on, and ends where enough was.
class Reader : public ports::ByteReader {
 public:
  Reader(fs::path path, ports::FileEntry entry, std::uint64_t most)
      : path_(std::move(path)), entry_(std::move(entry)), left_(most) {}
  const ports::FileEntry& entry() const override { return entry_; }
  std::uint64_t skipped() const override { return skipped_; }
  Result<std::string_view> next() override {
    if (left_ == 0) return std::string_view{};
    BOOST_OUTCOME_TRY(auto block, read());
    block = block.substr(0, std::min<std::uint64_t>(left_, block.size()));
    left_ -= block.size();
    return block;
  }

 protected:
  virtual Result<std::string_view> read() = 0;

  fs::path path_;
  ports::FileEntry entry_;
  std::uint64_t left_;
  std::uint64_t skipped_ = 0;
};

class PlainReader final : public Reader {
 public:
  PlainReader(fs::path path, ports::FileEntry entry, Descriptor file, std::uint64_t most)
      : Reader(std::move(path), std::move(entry), most), file_(std::move(file)) {}

  // Begins at the first line that lies in the last bytes as a whole.
  Result<> skip_beginning() {
    if (entry_.bytes <= left_) return ok();
    // From the byte before: the line that ends there is passed over, and none that begins after it.
    const auto from = entry_.bytes - left_ - 1;
    if (::lseek(file_.fd, static_cast<off_t>(from), SEEK_SET) < 0)
      return errno_error(errno, path_.string());
    skipped_ = from;
    while (skipped_ - from < kLongestSkip) {
      BOOST_OUTCOME_TRY(const auto block, read());
      if (block.empty()) break;
      const auto end = block.find('\n');
      skipped_ += end == std::string_view::npos ? block.size() : end + 1;
      if (end == std::string_view::npos) continue;
      pending_ = block.substr(end + 1);
      break;
    }
    return ok();
  }

 private:
  Result<std::string_view> read() override {
    if (!pending_.empty()) return std::exchange(pending_, {});
    while (true) {
      const auto got = ::read(file_.fd, block_.data(), block_.size());
      if (got >= 0) return std::string_view{block_.data(), static_cast<std::size_t>(got)};
      if (errno != EINTR) return errno_error(errno, path_.string());
    }
  }

  Descriptor file_;
  std::string block_ = std::string(kBlock, '\0');
  std::string_view pending_;
};

class CompressedReader final : public Reader {
 public:
  CompressedReader(const libarchive::Library& library, fs::path path, ports::FileEntry entry,
                   Descriptor file, std::uint64_t most)
      : Reader(std::move(path), std::move(entry), most),
        library_(library),
        file_(std::move(file)) {}
  ~CompressedReader() override { library_.archive_read_free(reader_); }

  Result<> begin() {
    // Each of these warns when it would have to start another program, which is not wanted.
    const bool ready = reader_ != nullptr &&
                       library_.archive_read_support_filter_gzip(reader_) == ARCHIVE_OK &&
                       library_.archive_read_support_filter_xz(reader_) == ARCHIVE_OK &&
                       library_.archive_read_support_filter_bzip2(reader_) == ARCHIVE_OK &&
                       library_.archive_read_support_filter_zstd(reader_) == ARCHIVE_OK &&
                       library_.archive_read_support_format_raw(reader_) == ARCHIVE_OK &&
                       library_.archive_read_support_format_empty(reader_) == ARCHIVE_OK &&
                       library_.archive_read_open_fd(reader_, file_.fd, kBlock) == ARCHIVE_OK;
    if (!ready) return failed();
    struct archive_entry* header = nullptr;
    const int found = library_.archive_read_next_header(reader_, &header);
    empty_ = found == ARCHIVE_EOF;
    if (found < ARCHIVE_WARN) return failed();
    return ok();
  }

 private:
  Result<std::string_view> read() override {
    if (empty_) return std::string_view{};
    const auto got = library_.archive_read_data(reader_, block_.data(), block_.size());
    if (got < 0) return failed();
    return std::string_view{block_.data(), static_cast<std::size_t>(got)};
  }

  Error failed() const {
    const char* const text = reader_ == nullptr ? nullptr : library_.archive_error_string(reader_);
    return {ErrorCode::kIo, fmt::format("{}: cannot be uncompressed: {}", path_.string(),
                                        text == nullptr ? "no memory" : text)};
  }

  const libarchive::Library& library_;
  Descriptor file_;
  struct archive* reader_ = library_.archive_read_new();
  std::string block_ = std::string(kBlock, '\0');
  bool empty_ = false;
};

bool is_compressed(const fs::path& path) {
  const auto extension = path.extension();
  return extension == ".gz" || extension == ".xz" || extension == ".bz2" || extension == ".zst";
}

class RealFileReader final : public ports::FileReader {
 public:
  Result<std::vector<ports::FileEntry>> list(const fs::path& directory) override {
    std::vector<ports::FileEntry> entries;
    DIR* const stream = ::opendir(directory.c_str());
    if (stream == nullptr) {
      if (errno == ENOENT || errno == ENOTDIR) return entries;
      return errno_error(errno, directory.string());
    }
    while (const dirent* const found = ::readdir(stream)) {
      struct stat status {};
      if (::fstatat(::dirfd(stream), found->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
      if (!S_ISREG(status.st_mode)) continue;
      entries.push_back(
          {found->d_name, static_cast<std::uint64_t>(status.st_size), time_of(status)});
    }
    ::closedir(stream);
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return entries;
  }

  Result<std::unique_ptr<ports::ByteReader>> open(const fs::path& path, ports::Links links,
                                                  std::uint64_t most_bytes) override {
    // O_NONBLOCK: opening a FIFO without it waits for a writer.
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
                      (links == ports::Links::refuse ? O_NOFOLLOW : 0);
    Descriptor file{::open(path.c_str(), flags)};
    if (file.fd < 0) {
      if (errno == ENOENT || errno == ENOTDIR) return nullptr;
      if (errno == ELOOP)
        return Error{ErrorCode::kIo,
                     fmt::format("{} is a symbolic link, which is not followed", path.string())};
      return errno_error(errno, path.string());
    }
    struct stat status {};
    if (::fstat(file.fd, &status) != 0) return errno_error(errno, path.string());
    if (!S_ISREG(status.st_mode))
      return Error{ErrorCode::kIo, fmt::format("{} is no regular file", path.string())};
    ports::FileEntry entry{path.filename().string(), static_cast<std::uint64_t>(status.st_size),
                           time_of(status)};
    if (is_compressed(path)) {
      BOOST_OUTCOME_TRY(const auto* library, libarchive::library());
      auto reader = std::make_unique<CompressedReader>(*library, path, std::move(entry),
                                                       std::move(file), most_bytes);
      BOOST_OUTCOME_TRY(reader->begin());
      return std::unique_ptr<ports::ByteReader>{std::move(reader)};
    }
    auto reader =
        std::make_unique<PlainReader>(path, std::move(entry), std::move(file), most_bytes);
    BOOST_OUTCOME_TRY(reader->skip_beginning());
    return std::unique_ptr<ports::ByteReader>{std::move(reader)};
  }
};

}  // namespace

std::unique_ptr<ports::FileReader> make_file_reader() {
  return std::make_unique<RealFileReader>();
}

}  // namespace aistack::adapters::archive
