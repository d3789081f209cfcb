#pragma once

#include <memory>

#include "ports/file_reader.hpp"

namespace aistack::adapters::archive {

// Plain files with read(2), compressed ones with libarchive's own decoders (no other program is
// ever started for them).
std::unique_ptr<ports::FileReader> make_file_reader();

}  // namespace aistack::adapters::archive
