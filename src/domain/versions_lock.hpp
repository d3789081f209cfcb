#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace aistack::domain {

// versions.lock: which image exactly a service runs. One `service:reference` a line, the reference
// with `:tag` or `@sha256:…`; `#` begins a comment.
class VersionsLock {
 public:
  VersionsLock() = default;
  explicit VersionsLock(std::map<std::string, std::string> references)
      : references_(std::move(references)) {}

  std::optional<std::string> reference(const std::string& service) const;
  const std::map<std::string, std::string>& references() const { return references_; }

 private:
  std::map<std::string, std::string> references_;
};

// kBadVersionsLock: every malformed line as "FILE:LINE: what is wrong", also a service that is
// named twice.
Result<VersionsLock> parse_versions_lock(const std::string& file, std::string_view text);

// `text` with the lines of the services in `references` replaced, and those that had none added at
// the end; comments and all other lines stay as they are.
std::string edit_versions_lock(std::string_view text,
                               const std::map<std::string, std::string>& references);

}  // namespace aistack::domain
