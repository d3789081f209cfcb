#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "domain/redaction/redactor.hpp"
#include "operations/diagnose.hpp"

namespace aistack::operations {

// The archive while it is being written: everything goes through the redactor, and what was written
// and what could not be is kept for the manifest.
class Bundle {
 public:
  // All of them outlive it.
  Bundle(ports::ArchiveWriter& archive, const domain::redaction::Rules& rules,
         const ports::Clock& clock)
      : archive_(archive), clock_(clock), redactor_(rules) {}

  // Errors of these are the archive's: nothing more can be written.
  Result<> add_text(const std::string& name, std::string_view text);
  Result<> add_json(const std::string& name, const nlohmann::ordered_json& document);
  Result<> begin(const std::string& name, Time modified);
  Result<> feed(std::string_view text);
  Result<> end(std::string note);
  // A file of this machine, if it exists; one that cannot be read is missing. Other tasks, and
  // Ctrl-C, get their turn meanwhile. False: there is no such file.
  struct Source {
    std::filesystem::path path;
    ports::Links links = ports::Links::follow;
    std::uint64_t most_bytes = kOwnLogBytes;
  };
  Task<bool> copy(ports::FileReader& files, const std::string& name, Source source);

  void missing(std::string part, std::string why);

  // The manifest, and with it the end. `head` comes first in it.
  Result<> finish(nlohmann::ordered_json head);

  const std::vector<BundledFile>& files() const { return files_; }
  const std::vector<MissingPart>& missing() const { return missing_; }
  std::uint64_t redacted() const { return redactor_.count(); }

 private:
  ports::ArchiveWriter& archive_;
  const ports::Clock& clock_;
  domain::redaction::Redactor redactor_;
  std::string clean_;
  std::uint64_t redacted_before_ = 0;  // the file that is open
  std::vector<BundledFile> files_;
  std::vector<MissingPart> missing_;
};

// Lets other tasks and a Ctrl-C in. kInterrupted.
Task<> give_turn();

// "etc/aistack/config.yaml" of /etc/aistack/config.yaml: a name in an archive that stays below the
// directory into which it is unpacked, whatever the path is.
std::string name_in_archive(const std::filesystem::path& path);

}  // namespace aistack::operations
