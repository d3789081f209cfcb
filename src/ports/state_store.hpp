#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace aistack::ports {

// The JSON documents under the state directory, one a file, mode 0600.
//
// A document is an object with "schema": 1. Names are file names ("ollama_update_plan.json"): a
// name with a slash, or one that starts with a dot, is kInternal.
class StateStore {
 public:
  virtual ~StateStore() = default;
  // Absent: nullopt. kCorruptState (not JSON, not an object, no schema), kNewerSchema, kPermission,
  // kIo; each names the file and how to reset it.
  virtual Result<std::optional<nlohmann::json>> read(const std::string& name) = 0;
  // Temporary name in the same directory, write, fsync, rename, fsync of the directory: a reader
  // sees the old document or the new one, after a crash too. Adds "schema": 1. Makes the directory
  // (0700) if it is missing. kDiskFull, kPermission, kIo: the old document is still there.
  virtual Result<> write(const std::string& name, nlohmann::json document) = 0;
  // Absent: ok.
  virtual Result<> remove(const std::string& name) = 0;
  // File names that end in ".json", sorted; empty when there is no directory.
  virtual Result<std::vector<std::string>> list() = 0;
  // Where a document lies, for messages.
  virtual std::string path(const std::string& name) const = 0;
};

}  // namespace aistack::ports
