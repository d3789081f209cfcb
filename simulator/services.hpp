#pragma once

#include "http.hpp"
#include "settings.hpp"

namespace simulator {

// The services' APIs, each as far as aistack and a browser use it. Each reads and writes its data
// directory as the real program does, so that volumes, backups and model lists can be tested.
Handler ollama(const Settings& settings);
Handler openwebui(const Settings& settings);
Handler localai(const Settings& settings);
// Any other web service: answers 200 to everything.
Handler plain(const Settings& settings);

// The path that the service's healthcheck asks.
const char* health_path(const Settings& settings);

}  // namespace simulator
