#include "settings.hpp"

#include <cstdlib>
#include <sstream>

namespace simulator {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

int to_int(const std::string& text, int otherwise) {
  char* end = nullptr;
  const long value = std::strtol(text.c_str(), &end, 10);
  return text.empty() || *end != '\0' ? otherwise : static_cast<int>(value);
}

// Where each service listens and keeps its data, and the variable of its own that moves the port:
// OLLAMA_HOST=0.0.0.0:11434, PORT=8080, LOCALAI_ADDRESS=:8080.
struct Personality {
  int port;
  const char* port_variable;
  const char* data_directory;
};

const std::map<std::string, Personality> kPersonalities = {
    {"ollama", {11434, "OLLAMA_HOST", "/root/.ollama"}},
    {"openwebui", {8080, "PORT", "/app/backend/data"}},
    {"localai", {8080, "LOCALAI_ADDRESS", "/models"}},
    {"plain", {8080, "PORT", "/data"}},
};

}  // namespace

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

Faults parse_faults(const std::string& text) {
  Faults faults;
  for (const std::string& fault : split(text, ',')) {
    std::vector<std::string> parts = split(fault, ':');
    if (parts.empty()) continue;
    const std::string name = parts.front();
    parts.erase(parts.begin());
    faults[name] = parts;
  }
  return faults;
}

double Settings::number(const std::string& fault, double otherwise) const {
  const auto found = faults.find(fault);
  if (found == faults.end() || found->second.empty()) return otherwise;
  return std::strtod(found->second.front().c_str(), nullptr);
}

std::optional<Settings> read_settings() {
  Settings settings;
  settings.service = environment("SIM_SERVICE");
  const auto personality = kPersonalities.find(settings.service);
  if (personality == kPersonalities.end()) return std::nullopt;
  settings.version = environment("SIM_VERSION", "1.0.0") + "-simulator";
  settings.schema = to_int(environment("SIM_SCHEMA"), 1);
  settings.data_directory = environment("SIM_DATA", personality->second.data_directory);
  settings.faults = parse_faults(environment("SIM_FAULT"));

  std::string listen = environment(personality->second.port_variable);
  if (const auto colon = listen.rfind(':'); colon != std::string::npos) {
    listen.erase(0, colon + 1);
  }
  settings.port = to_int(environment("SIM_PORT", listen), personality->second.port);
  settings.port = static_cast<int>(settings.number("wrong-port", settings.port));
  return settings;
}

}  // namespace simulator
