#include "adapters/engine/tar.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <charconv>
#include <memory>

#include "adapters/libarchive/libarchive.hpp"
#include "base/text.hpp"

namespace aistack::engine {
namespace {

using adapters::libarchive::Library;
using Writer = std::unique_ptr<archive, decltype(&archive_write_free)>;
using Entry = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

la_ssize_t append(archive*, void* text, const void* bytes, std::size_t count) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), count);
  return static_cast<la_ssize_t>(count);
}

Error refused(const domain::InjectedFile& file, std::string_view why) {
  return {ErrorCode::kBadContainerSpec,
          fmt::format("the file {} cannot be put into the container: {}", printable(file.path, 200),
                      why)};
}

Result<std::int64_t> owner(const domain::InjectedFile& file, const std::string& text) {
  if (text.empty()) return 0;
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end || number < 0)
    return refused(file, fmt::format("the owner {} is no number", printable(text, 40)));
  return number;
}

Result<> add(const Library& library, archive* writer, const domain::InjectedFile& file) {
  BOOST_OUTCOME_TRY(const auto uid, owner(file, file.uid));
  BOOST_OUTCOME_TRY(const auto gid, owner(file, file.gid));
  const Entry entry{library.archive_entry_new(), library.archive_entry_free};
  library.archive_entry_set_pathname(entry.get(),
                                     file.path.c_str() + (file.path.starts_with('/') ? 1 : 0));
  library.archive_entry_set_filetype(entry.get(), S_IFREG);
  library.archive_entry_set_perm(entry.get(), static_cast<mode_t>(file.mode & 07777U));
  library.archive_entry_set_uid(entry.get(), uid);
  library.archive_entry_set_gid(entry.get(), gid);
  library.archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.content.size()));
  const bool written =
      library.archive_write_header(writer, entry.get()) == ARCHIVE_OK &&
      library.archive_write_data(writer, file.content.data(), file.content.size()) ==
          static_cast<la_ssize_t>(file.content.size());
  if (written) return ok();
  const char* why = library.archive_error_string(writer);
  return refused(file, why == nullptr ? "it does not fit into an archive" : why);
}

}  // namespace

Result<std::string> tar_of(const std::vector<domain::InjectedFile>& files) {
  BOOST_OUTCOME_TRY(const auto* library, adapters::libarchive::library());
  std::string text;
  const Writer writer{library->archive_write_new(), library->archive_write_free};
  library->archive_write_set_format_pax_restricted(writer.get());
  library->archive_write_set_bytes_in_last_block(writer.get(), 1);
  library->archive_write_open(writer.get(), &text, nullptr, append, nullptr);
  for (const auto& file : files) {
    BOOST_OUTCOME_TRY(add(*library, writer.get(), file));
  }
  if (library->archive_write_close(writer.get()) == ARCHIVE_OK) return text;
  return Error{ErrorCode::kInternal, "an archive in memory could not be finished"};
}

}  // namespace aistack::engine
