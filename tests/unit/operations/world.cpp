#include "world.hpp"

namespace aistack::testing {
namespace {

constexpr auto kModel = R"(name: model
services:
  model:
    image: registry/model:1
    container_name: model
    ports: ["127.0.0.1:11434:11434"]
    volumes: ["model_data:/data"]
volumes: { model_data: { name: model_data } }
x-aistack:
  profiles: [all]
  role: backend
  health: { port: 11434, path: /, startup_timeout: 60s }
)";

constexpr auto kChat = R"(name: chat
services:
  chat:
    image: registry/chat:1
    container_name: chat
    ports: ["3000:8080"]
    volumes: ["chat_data:/data"]
volumes: { chat_data: { name: chat_data } }
x-aistack:
  profiles: [all]
  role: ui
  health: { port: 8080, path: /health, startup_timeout: 60s }
  secrets: { SESSION_KEY: { bytes: 16 } }
)";

const std::filesystem::path kDirectory = "/catalog";

}  // namespace

World::World()
    : files{{"model.yaml", kModel}, {"chat.yaml", kChat}},
      context{.engine = engine,
              .http = http,
              .clock = clock,
              .state = state,
              .events = events,
              .secrets = secrets,
              .locks = locks,
              .host = host,
              .progress = progress,
              .catalog = catalog,
              .paths = paths,
              .settings = settings,
              .versions = versions,
              .volumes_root = "/volumes",
              .new_operation_id = [this] { return "op-" + std::to_string(++operations_); },
              .reload_catalog = [this]() -> Result<> {
                read_catalog();
                return ok();
              }} {
  for (const auto* name : {"registry/model:1", "registry/chat:1"}) engine.registry[name] = {};
  read_catalog();
}

void World::read_catalog() {
  const operations::CatalogRequest request{
      .directories = {kDirectory},
      .environment = {},
      .list_directory = [this](const auto&) -> Result<std::vector<std::string>> {
        std::vector<std::string> names;
        for (const auto& [name, text] : files) names.push_back(name);
        return names;
      },
      .read_file = [this](const auto& path) -> Result<std::optional<std::string>> {
        const auto found = files.find(path.filename().string());
        if (found == files.end()) return std::optional<std::string>{};
        return std::optional{found->second};
      }};
  auto loaded = operations::load_catalog(request);
  if (!loaded) throw std::runtime_error(loaded.error().why);
  catalog = std::move(loaded).value();
  if (!catalog.broken().empty()) throw std::runtime_error(catalog.broken().front().error.why);
}

}  // namespace aistack::testing
