#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "domain/paths.hpp"
#include "domain/settings.hpp"
#include "domain/versions_lock.hpp"
#include "operations/catalog.hpp"
#include "operations/progress.hpp"
#include "ports/clock.hpp"
#include "ports/container_engine.hpp"
#include "ports/event_log.hpp"
#include "ports/host.hpp"
#include "ports/http_client.hpp"
#include "ports/secret_store.hpp"
#include "ports/service_locks.hpp"
#include "ports/state_store.hpp"

namespace aistack::operations {

// Everything that an operation may use, wired once by app. Not owned; outlives every operation.
struct Context {
  ports::ContainerEngine& engine;
  ports::HttpClient& http;
  ports::Clock& clock;
  ports::StateStore& state;
  ports::EventLog& events;
  ports::SecretStore& secrets;
  ports::ServiceLocks& locks;
  ports::Host& host;
  Progress& progress;
  Catalog& catalog;
  const domain::Paths& paths;
  const domain::Settings& settings;
  const domain::VersionsLock& versions;
  std::filesystem::path volumes_root;
  std::chrono::nanoseconds lock_timeout{0};
  std::function<std::string()> new_operation_id;
  // Reads the catalog again into `catalog` (pointers into it are void afterwards): its files name
  // env files of secrets that may just have been generated.
  std::function<Result<>()> reload_catalog;
};

}  // namespace aistack::operations
