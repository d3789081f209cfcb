#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aistack {

// What went wrong, as something a program can branch on. The spelling that `--json` prints
// (`to_string`) is stable: it is part of the interface.
enum class ErrorCode {
  kInternal,           // a bug in aistack
  kInterrupted,        // Ctrl-C or SIGTERM
  kUsage,              // bad command line
  kBadConfig,          // config.yaml
  kBadCatalog,         // a Compose file of the catalog, or one of its overrides
  kBadVersionsLock,    // versions.lock
  kUnknownService,     // not in the catalog
  kEngineUnreachable,  // nobody listens on the engine's socket
  kEngineDenied,       // the socket exists and may not be opened
  kEngineTooOld,       // the engine's newest API is older than ours, or the other way round
  kEngineTimeout,      // accepted, and no answer within the deadline
  kEngineProtocol,     // an answer that is not what the API promises, or was cut off
  kEngineFailed,       // the engine's own error that has no code of its own here
  kNotFound,           // the object asked for does not exist
  kConflict,           // the object is in a state that forbids the call (in use, running, …)
  kNameInUse,          // a foreign container, network or volume bears the name
  kImageNotFound,      // the registry has no such image or tag
  kImagePlatform,      // the image is of another architecture
  kRegistryUnreachable,
  kRegistryDenied,  // the registry asks for a login
  kPortInUse,
  kGpuUnavailable,  // a GPU was asked for where the engine has none
  kNetworkNotFound,
  kVolumeInUse,
  kDiskFull,
  kBadContainerSpec,  // the engine refuses what the file asks for (400)
  kNotHealthy,        // did not become green
  kTimeout,           // any other deadline
  kLocked,            // another aistack process works on this service
  kCorruptState,      // a state file that cannot be read
  kNewerSchema,       // a state file of a newer aistack
  kPermission,        // the operating system says EACCES, EPERM or EROFS
  kIo,                // any other failed system call
};

// The stable spelling, e.g. "port_in_use".
std::string_view to_string(ErrorCode code);

// What went wrong, for whoever has to mend it at night. It begins low down as `code` and `why`, and
// operations know the rest; its text is made in cli/render and nowhere else.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string why;         // what was seen: the name of an errno, an HTTP status, a number
  std::string what = {};   // "cannot start ollama": what the user asked for
  std::string state = {};  // in which things are now; empty for commands that only read
  std::vector<std::string> next = {};  // commands or edits that help, the best one first
};

// `error` with `what` set, unless a layer below knew better.
Error with_what(Error error, std::string what);
// `error` with `state` set, unless a layer below knew better.
Error with_state(Error error, std::string state);
// The state in which a command that failed should leave things.
inline constexpr std::string_view kNothingChanged = "nothing was changed";
// with_state(error, kNothingChanged).
Error unchanged(Error error);
// Does it say that everything is as it was before? A layer below may know better: then it does not.
bool nothing_changed(const Error& error);
// `error` with one more line of advice.
Error with_next(Error error, std::string next);

}  // namespace aistack
