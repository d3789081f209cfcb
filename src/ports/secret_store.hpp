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
  // Absent: ok.
  virtual Result<> remove(const std::string& service) = 0;
};

}  // namespace aistack::ports
