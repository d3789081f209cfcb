#pragma once

#include <archive.h>
#include <archive_entry.h>

#include "base/result.hpp"

// Every function of libarchive that aistack calls.
#define AISTACK_LIBARCHIVE_FUNCTIONS(FUNCTION)      \
  FUNCTION(archive_entry_free)                      \
  FUNCTION(archive_entry_new)                       \
  FUNCTION(archive_entry_set_filetype)              \
  FUNCTION(archive_entry_set_gid)                   \
  FUNCTION(archive_entry_set_mtime)                 \
  FUNCTION(archive_entry_set_pathname)              \
  FUNCTION(archive_entry_set_pathname_utf8)         \
  FUNCTION(archive_entry_set_perm)                  \
  FUNCTION(archive_entry_set_size)                  \
  FUNCTION(archive_entry_set_uid)                   \
  FUNCTION(archive_error_string)                    \
  FUNCTION(archive_read_data)                       \
  FUNCTION(archive_read_free)                       \
  FUNCTION(archive_read_new)                        \
  FUNCTION(archive_read_next_header)                \
  FUNCTION(archive_read_open_fd)                    \
  FUNCTION(archive_read_support_filter_bzip2)       \
  FUNCTION(archive_read_support_filter_gzip)        \
  FUNCTION(archive_read_support_filter_xz)          \
  FUNCTION(archive_read_support_filter_zstd)        \
  FUNCTION(archive_read_support_format_empty)       \
  FUNCTION(archive_read_support_format_raw)         \
  FUNCTION(archive_write_close)                     \
  FUNCTION(archive_write_data)                      \
  FUNCTION(archive_write_finish_entry)              \
  FUNCTION(archive_write_free)                      \
  FUNCTION(archive_write_header)                    \
  FUNCTION(archive_write_new)                       \
  FUNCTION(archive_write_open)                      \
  FUNCTION(archive_write_open2)                     \
  FUNCTION(archive_write_set_bytes_in_last_block)   \
  FUNCTION(archive_write_set_bytes_per_block)       \
  FUNCTION(archive_write_set_format_option)         \
  FUNCTION(archive_write_set_format_pax_restricted) \
  FUNCTION(archive_write_set_format_zip)

namespace aistack::adapters::libarchive {

// libarchive, loaded when it is first asked for: it brings libxml2 and ICU with it, which would be
// most of the memory of a program that writes an archive once in a while.
struct Library {
#define AISTACK_MEMBER(function) decltype(&::function) function = nullptr;
  AISTACK_LIBARCHIVE_FUNCTIONS(AISTACK_MEMBER)
#undef AISTACK_MEMBER
};

// The same one for the whole process; it stays loaded. kIo, with the loader's own words, where it
// is missing or too old, then and each time after.
Result<const Library*> library();

}  // namespace aistack::adapters::libarchive
