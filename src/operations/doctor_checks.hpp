#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "operations/doctor.hpp"

// The checks of `doctor`, by subject; each function gives its rows and never fails.
namespace aistack::operations {

Check passed(std::string name, std::string detail);
Check skipped(std::string name, std::string why);
Check warned(std::string name, std::string detail, std::vector<std::string> fix);
Check failed(std::string name, std::string detail, std::vector<std::string> fix);

// -- doctor_files.cpp: what was read already, so that nothing can hang

// Of the problems with the configuration, the one that leaves the engine's address unknown.
bool is_about_engine_address(const Error& problem);
Checks configuration_checks(const Context& context, const std::vector<Error>& problems);
Checks catalog_checks(const Context& context, const std::vector<Error>& problems);
Checks versions_lock_checks(const Context& context, const std::vector<Error>& problems);

// -- doctor_engine.cpp

// Reachable and permitted, API version, GPU runtime, and the ports of the catalog's services.
Task<Checks> engine_checks(Context& context, ports::Background& background);

// -- doctor_storage.cpp: may block on a dead file system

struct StoragePlaces {
  std::filesystem::path state;
  std::filesystem::path secrets;
  std::filesystem::path volumes;
  std::filesystem::path log;
};
Checks disk_checks(ports::Host& host, const std::filesystem::path& path);
Checks directory_checks(ports::Host& host, const StoragePlaces& places);
// Documents that cannot be read, and operations that were left open.
Checks document_checks(ports::StateStore& state);

// -- doctor_hardware.cpp

// The driver's side; the engine's is a row of engine_checks.
bool has_nvidia_gpu(ports::Host& host);
Checks gpu_checks(ports::Host& host);
Checks clock_checks(ports::Host& host, Time now);
// Suspending, and being woken again over the network and by the clock. `interface`: the configured
// one, "" for any wired one.
struct WakeWishes {
  std::string interface;
  bool suspend = false;  // idle.enable_suspend
};
Checks wake_checks(ports::Host& host, const WakeWishes& wishes);

}  // namespace aistack::operations
