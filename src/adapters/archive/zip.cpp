#include "adapters/archive/zip.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "adapters/archive/digest.hpp"
#include "adapters/archive/new_file.hpp"
#include "adapters/libarchive/libarchive.hpp"
#include "base/errno.hpp"

namespace aistack::adapters::archive {
namespace {

// Logs shrink to a tenth at the lowest level already, in half of the usual one's time.
constexpr auto kLevel = "1";

using libarchive::Library;
using Writer = std::unique_ptr<struct archive, decltype(&::archive_write_free)>;
using Entry = std::unique_ptr<struct archive_entry, decltype(&::archive_entry_free)>;

class ZipWriter final : public ports::ArchiveWriter {
 public:
  explicit ZipWriter(const Library& library)
      : library_(library), writer_(nullptr, library.archive_write_free) {}
  ~ZipWriter() override {
    abandoned_ = true;  // freeing writes the end of an archive that nobody wants
  }

  Result<> open(const std::filesystem::path& target) {
    BOOST_OUTCOME_TRY(file_.open(target));
    writer_.reset(library_.archive_write_new());
    if (!writer_) return Error{ErrorCode::kIo, "no memory for an archive"};
    auto* const writer = writer_.get();
    const bool ready = library_.archive_write_set_format_zip(writer) == ARCHIVE_OK &&
                       library_.archive_write_set_format_option(writer, "zip", "compression",
                                                                "deflate") == ARCHIVE_OK &&
                       library_.archive_write_set_format_option(writer, "zip", "compression-level",
                                                                kLevel) == ARCHIVE_OK &&
                       library_.archive_write_set_bytes_per_block(writer, 0) == ARCHIVE_OK &&
                       library_.archive_write_open2(writer, this, nullptr, write_bytes, nullptr,
                                                    nullptr) == ARCHIVE_OK;
    return check(ready);
  }

  Result<> begin_file(const std::string& name, Time modified) override {
    const Entry entry{library_.archive_entry_new(), library_.archive_entry_free};
    if (!entry) return Error{ErrorCode::kIo, "no memory for an archive"};
    library_.archive_entry_set_pathname_utf8(entry.get(), name.c_str());
    library_.archive_entry_set_filetype(entry.get(), AE_IFREG);
    library_.archive_entry_set_perm(entry.get(), 0600);
    library_.archive_entry_set_mtime(entry.get(), std::chrono::system_clock::to_time_t(modified),
                                     0);
    current_ = {.name = name};
    digest_.restart();
    return check(library_.archive_write_header(writer_.get(), entry.get()) >= ARCHIVE_WARN);
  }

  Result<> write(std::string_view bytes) override {
    digest_.add(bytes);
    current_.bytes += bytes.size();
    while (!bytes.empty()) {
      const auto written = library_.archive_write_data(writer_.get(), bytes.data(), bytes.size());
      BOOST_OUTCOME_TRY(check(written > 0));
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return ok();
  }

  Result<ports::ArchivedFile> end_file() override {
    BOOST_OUTCOME_TRY(check(library_.archive_write_finish_entry(writer_.get()) == ARCHIVE_OK));
    current_.sha256 = digest_.hex();
    return current_;
  }

  Result<std::uint64_t> commit() override {
    BOOST_OUTCOME_TRY(check(library_.archive_write_close(writer_.get()) == ARCHIVE_OK));
    writer_.reset();
    BOOST_OUTCOME_TRY(file_.publish());
    return bytes_;
  }

 private:
  // libarchive does not free all that it has once a write has failed: it never hears of one.
  static la_ssize_t write_bytes(struct archive*, void* self, const void* data, std::size_t size) {
    auto& zip = *static_cast<ZipWriter*>(self);
    if (zip.abandoned_ || zip.number_ != 0) return static_cast<la_ssize_t>(size);
    const auto written = ::write(zip.file_.fd(), data, size);
    if (written < 0) {
      zip.number_ = errno;
      return static_cast<la_ssize_t>(size);
    }
    zip.bytes_ += static_cast<std::uint64_t>(written);
    return written;
  }

  Result<> check(bool good) {
    if (number_ != 0) return errno_error(number_, file_.target().string());
    if (good) return ok();
    const char* const text = writer_ ? library_.archive_error_string(writer_.get()) : nullptr;
    return Error{ErrorCode::kIo, fmt::format("{}: {}", file_.target().string(),
                                             text == nullptr ? "cannot be written" : text)};
  }

  const Library& library_;
  NewFile file_;
  std::uint64_t bytes_ = 0;
  int number_ = 0;  // errno of a write that failed
  bool abandoned_ = false;
  Digest digest_;
  ports::ArchivedFile current_;
  Writer writer_;  // uses the others while it is freed
};

class ZipArchives final : public ports::Archives {
 public:
  Result<std::unique_ptr<ports::ArchiveWriter>> create(
      const std::filesystem::path& target) override {
    BOOST_OUTCOME_TRY(const auto* library, libarchive::library());
    auto writer = std::make_unique<ZipWriter>(*library);
    BOOST_OUTCOME_TRY(writer->open(target));
    return std::unique_ptr<ports::ArchiveWriter>{std::move(writer)};
  }
};

}  // namespace

std::unique_ptr<ports::Archives> make_zip_archives() {
  return std::make_unique<ZipArchives>();
}

}  // namespace aistack::adapters::archive
