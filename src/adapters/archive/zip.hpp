#pragma once

#include <memory>

#include "ports/archive_writer.hpp"

namespace aistack::adapters::archive {

// ZIP files by libarchive: deflate, entries of any size (ZIP64 where that is needed), with their
// sizes written behind them so that no entry need be held or copied first.
//
// A new archive has no name (O_TMPFILE) until it is whole, so that not even a killed process leaves
// one; where the file system cannot do that, it is called .NAME.PID.tmp until then.
std::unique_ptr<ports::Archives> make_zip_archives();

}  // namespace aistack::adapters::archive
