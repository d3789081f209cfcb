#pragma once

#include <string>

#include "base/result.hpp"
#include "domain/log_record.hpp"

namespace aistack::ports {

// aistack.log: what the program itself did, one line a record, appended in one write each. The file
// is found again when it was renamed away (logrotate).
class ProgramLog {
 public:
  virtual ~ProgramLog() = default;
  // kPermission, kDiskFull, kIo: nothing was appended.
  virtual Result<> append(const domain::LogRecord& record) = 0;
};

// This process, and who started it.
struct Caller {
  int pid = 0;
  std::string user;   // whose rights it has: a name, or the number where it has none
  std::string login;  // who logged in, if that is somebody else: behind sudo, or a cron job's owner
  std::string from;   // the programs above, the nearest first: "sudo < bash < sshd"
};

}  // namespace aistack::ports
