#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "operations/context.hpp"
#include "ports/archive_writer.hpp"
#include "ports/file_reader.hpp"

namespace aistack::operations {

// How much of a container's log goes into a bundle, counted from its end.
inline constexpr std::uint64_t kContainerLogBytes = 64 << 20;
inline constexpr std::uint64_t kContainerLogLines = 200'000;
// … and of each of aistack's own log files.
inline constexpr std::uint64_t kOwnLogBytes = std::uint64_t{4} << 30;

struct DiagnoseTools {
  ports::Archives& archives;
  ports::FileReader& files;
};

struct DiagnoseRequest {
  std::filesystem::path output;
  bool logs = true;
  bool configuration = true;
  std::vector<domain::SettingRow> settings;  // in force; empty where they cannot be read
  std::vector<Error> problems;               // what could not be opened for `context`
};

struct BundledFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::string sha256;
  std::uint64_t redacted = 0;  // secrets that were taken out of it
  std::string note;            // "the last 64.0 MB of …"; "" for a whole one
};

// What ought to be in a bundle and is not.
struct MissingPart {
  std::string part;
  std::string why;
};

struct DiagnoseReport {
  std::filesystem::path path;
  std::uint64_t bytes = 0;  // of the archive
  std::uint64_t redacted = 0;
  std::vector<BundledFile> files;
  std::vector<MissingPart> missing;
};

// Writes a support bundle: a ZIP with the services' health, versions, the engine, inspections and
// logs of the containers, configuration, state, events, and diag_manifest.json, which lists the
// files with their digests and what is missing, with the reason.
//
// Every byte passes the redactor; of the containers' environment only the names are kept, and no
// file of the secrets directory is read for anything but to know what to take out. What cannot be
// had (the engine is down, a file may not be read) becomes a row of `missing`, and the rest is
// written all the same. Changes nothing. Memory does not grow with the logs.
//
// Errors: kConflict (there is a file under that name), kPermission, kDiskFull, kIo (of the
// archive), kInterrupted; no archive is left in each case.
Task<DiagnoseReport> diagnose(Context& context, DiagnoseTools tools, DiagnoseRequest request);

}  // namespace aistack::operations
