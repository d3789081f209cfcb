#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/service_spec.hpp"

namespace aistack::ports {

// Generated secrets of services: one env file a service, 0600, in a directory of 0700.
class SecretStore {
 public:
  virtual ~SecretStore() = default;
  virtual std::filesystem::path env_file(const std::string& service) const = 0;
  // Makes every secret that is not there yet; the ones that exist stay as they are.
  // True: something was generated. kPermission, kDiskFull, kIo: the file is as it was.
  virtual Result<bool> ensure(const std::string& service,
                              const std::vector<domain::SecretSpec>& secrets) = 0;
  // New values for these secrets; the other lines of the file stay. What was in force before is
  // kept beside it until `forget_previous`; a copy that an interrupted rotation left wins over the
  // file, since nothing was ever proven to work with the latter.
  // kPermission, kDiskFull, kIo: the file is as it was.
  virtual Result<> rotate(const std::string& service,
                          const std::vector<domain::SecretSpec>& secrets) = 0;
  // Is the copy of a rotation there that nobody finished?
  virtual Result<bool> has_previous(const std::string& service) = 0;
  // What `rotate` replaced is in force again, and its copy gone. No copy: ok.
  virtual Result<> restore_previous(const std::string& service) = 0;
  // The new values are proven: the copy of the old ones goes. No copy: ok.
  virtual Result<> forget_previous(const std::string& service) = 0;
  // The file, and the copy of a rotation. Absent: ok.
  virtual Result<> remove(const std::string& service) = 0;
};

}  // namespace aistack::ports
