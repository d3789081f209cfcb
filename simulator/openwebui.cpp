#include <filesystem>

#include "files.hpp"
#include "services.hpp"
#include "stored_settings.hpp"

namespace simulator {
namespace {

using nlohmann::json;

constexpr const char* kPage =
    "<html><head><title>Open WebUI (simulator)</title></head><body><h1>Open WebUI "
    "(simulator)</h1><p>No model runs here. See \"simulator\" in aistack's "
    "README.</p></body></html>";

bool truth(const std::string& text) {
  return text != "false" && text != "False" && text != "0";
}

// The settings that a first start takes from the environment, under the names that the real
// program stores them with.
json from_environment() {
  return {
      {"ui.name", "Open WebUI"},
      {"ollama.enable", truth(environment("ENABLE_OLLAMA_API", "true"))},
      {"ollama.base_urls", json::array({environment("OLLAMA_BASE_URL", "http://localhost:11434")})},
      {"ollama.api_configs", json::object()},
      {"openai.enable", truth(environment("ENABLE_OPENAI_API", "true"))},
      {"openai.api_base_urls",
       json::array({environment("OPENAI_API_BASE_URL", "https://api.openai.com/v1")})},
      {"openai.api_keys", json::array({environment("OPENAI_API_KEY")})},
      {"openai.api_configs", json::object()}};
}

// Where the settings are kept between starts: once stored, they win over the environment, as in
// the real program (unless ENABLE_PERSISTENT_CONFIG is false).
json stored_settings(const Settings& settings) {
  if (!truth(environment("ENABLE_PERSISTENT_CONFIG", "true"))) return from_environment();
  const auto file = std::filesystem::path(settings.data_directory) / "webui.db";
  json stored = load_settings(file);
  if (stored.is_object()) return stored;
  stored = from_environment();
  const bool tree = environment("SIM_SETTINGS") == "tree";
  store_settings(file, stored, tree ? Shape::tree : Shape::rows);
  return stored;
}

}  // namespace

Handler openwebui(const Settings& settings) {
  return [&settings, stored = stored_settings(settings)](const Request& request, Reply& reply) {
    if (request.path == "/health") return reply.json(200, {{"status", true}});
    if (request.path == "/api/version") {
      return reply.json(200, {{"version", settings.version}, {"deployment_id", ""}});
    }
    if (request.path == "/ollama/config" || request.path == "/openai/config") {
      if (request.authorization != "Bearer simulator-admin") {
        return reply.json(401, {{"detail", "Not authenticated"}});
      }
      if (request.path == "/ollama/config") {
        return reply.json(200, {{"ENABLE_OLLAMA_API", stored["ollama.enable"]},
                                {"OLLAMA_BASE_URLS", stored["ollama.base_urls"]},
                                {"OLLAMA_API_CONFIGS", stored["ollama.api_configs"]}});
      }
      return reply.json(200, {{"ENABLE_OPENAI_API", stored["openai.enable"]},
                              {"OPENAI_API_BASE_URLS", stored["openai.api_base_urls"]},
                              {"OPENAI_API_KEYS", stored["openai.api_keys"]},
                              {"OPENAI_API_CONFIGS", stored["openai.api_configs"]}});
    }
    reply.text(200, kPage, "text/html");
  };
}

Handler plain(const Settings& settings) {
  return [&settings](const Request&, Reply& reply) {
    reply.text(200, "A plain web service, version " + settings.version + "\n");
  };
}

const char* health_path(const Settings& settings) {
  if (settings.service == "ollama") return "/api/version";
  if (settings.service == "localai") return "/readyz";
  return settings.service == "openwebui" ? "/health" : "/";
}

}  // namespace simulator
