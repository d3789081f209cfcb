#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "files.hpp"
#include "services.hpp"

namespace simulator {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using Clock = std::chrono::steady_clock;

const std::set<std::string> kGallery = {"tiny-chat", "tiny-embed", "tiny-voice"};

class LocalAi {
 public:
  explicit LocalAi(const Settings& settings)
      : settings_(settings), models_(settings.data_directory) {
    std::error_code ignored;
    fs::create_directories(models_, ignored);
  }

  void handle(const Request& request, Reply& reply) {
    const std::lock_guard lock(mutex_);
    const std::string route = request.method + " " + request.path;
    if (route == "GET /healthz" || route == "GET /readyz") return reply.text(200, "OK");
    if (route == "GET /") return reply.text(200, kPage, "text/html");
    if (route == "GET /version") return reply.json(200, {{"version", settings_.version}});
    if (route == "GET /v1/models" || route == "GET /models") return list(reply);
    if (route == "GET /models/available") return available(reply);
    if (route == "POST /models/apply") return apply(request, reply);
    if (route == "POST /v1/chat/completions") return chat(request, reply);
    if (route == "GET /backend/monitor") return monitor(request, reply);
    if (route == "POST /backend/shutdown") return shutdown(request, reply);
    if (request.path.starts_with("/models/jobs/")) return job(request.path.substr(13), reply);
    if (request.path.starts_with("/models/delete/")) return remove(request.path.substr(15), reply);
    reply.json(404, {{"error", {{"code", 404}, {"message", "Resource not found"}}}});
  }

 private:
  static constexpr const char* kPage =
      "<html><head><title>LocalAI (simulator)</title></head><body>LocalAI "
      "(simulator)</body></html>";

  struct Job {
    std::string model;
    std::string error;
    Clock::time_point started;
  };

  static double job_seconds() { return std::stod(environment("SIM_JOB_SECONDS", "0.5")); }
  static std::uint64_t model_bytes() {
    return std::stoull(environment("SIM_MODEL_BYTES", "4194304"));
  }

  // Every YAML file is a model, and so is every weights file that none of them names.
  std::set<std::string> installed() const {
    std::set<std::string> names;
    std::set<std::string> weights;
    std::string all_yaml;
    for (const auto& entry : fs::directory_iterator(models_)) {
      const std::string extension = entry.path().extension();
      if (extension == ".yaml") {
        names.insert(entry.path().stem());
        all_yaml += read_text(entry.path());
      } else if (extension == ".gguf" || extension == ".bin") {
        weights.insert(entry.path().filename());
      }
    }
    for (const std::string& name : weights) {
      if (all_yaml.find(name) == std::string::npos) names.insert(name);
    }
    return names;
  }

  void list(Reply& reply) const {
    json data = json::array();
    for (const std::string& name : installed()) data.push_back({{"id", name}, {"object", "model"}});
    reply.json(200, {{"object", "list"}, {"data", data}});
  }

  void available(Reply& reply) const {
    json models = json::array();
    for (const std::string& name : kGallery) {
      models.push_back({{"name", name},
                        {"gallery", {{"name", "simulator"}}},
                        {"installed", installed().contains(name)}});
    }
    reply.json(200, models);
  }

  void apply(const Request& request, Reply& reply) {
    const json body = request.body.is_object() ? request.body : json::object();
    std::string id = body.value("id", body.value("url", std::string()));
    if (id.empty()) return reply.json(400, {{"error", "no id and no url"}});
    if (const auto at = id.find('@'); at != std::string::npos) id.erase(0, at + 1);
    const std::string uuid =
        "00000000-0000-4000-8000-" + pretend_digest(id + now_iso()).substr(0, 12);
    const std::string error =
        kGallery.contains(id) ? "" : "no model found with name \"" + id + "\"";
    jobs_[uuid] = {id, error, Clock::now()};
    reply.json(200, {{"uuid", uuid}, {"status", "/models/jobs/" + uuid}});
  }

  void job(const std::string& uuid, Reply& reply) {
    const auto found = jobs_.find(uuid);
    if (found == jobs_.end())
      return reply.json(500, {{"error", "could not find any status for ID"}});
    const Job& work = found->second;
    const double spent = std::chrono::duration<double>(Clock::now() - work.started).count();
    const double share = work.error.empty() ? std::min(1.0, spent / job_seconds()) : 0;
    const bool done = share >= 1 || !work.error.empty();
    if (share >= 1 && !installed().contains(work.model)) {
      write_file(models_ / (work.model + ".gguf"), std::string(model_bytes(), 'm'));
      write_file(models_ / (work.model + ".yaml"),
                 "name: " + work.model + "\nparameters:\n  model: " + work.model + ".gguf\n");
    }
    const auto bytes = static_cast<std::uint64_t>(share * static_cast<double>(model_bytes()));
    reply.json(200, {{"processed", done},
                     {"progress", share * 100},
                     {"message", done ? (work.error.empty() ? "completed" : "error: " + work.error)
                                      : "downloading"},
                     {"error", work.error.empty() ? json() : json(work.error)},
                     {"file_name", work.model + ".gguf"},
                     {"file_size", std::to_string(model_bytes())},
                     {"downloaded_size", std::to_string(bytes)},
                     {"current_bytes", bytes},
                     {"total_bytes", model_bytes()},
                     {"cancelled", false}});
  }

  void remove(const std::string& name, Reply& reply) {
    if (name.find('/') != std::string::npos || !installed().contains(name)) {
      return reply.json(500, {{"error", "could not find model \"" + name + "\""}});
    }
    std::error_code ignored;
    for (const char* extension : {".yaml", ".gguf", ""})
      fs::remove(models_ / (name + extension), ignored);
    loaded_.erase(name);
    reply.json(200, {{"uuid", "00000000-0000-4000-8000-000000000000"}, {"status", "deleted"}});
  }

  static std::string asked_model(const Request& request) {
    return request.body.is_object() ? request.body.value("model", std::string()) : "";
  }

  void chat(const Request& request, Reply& reply) {
    const std::string name = asked_model(request);
    if (!installed().contains(name)) {
      return reply.json(404, {{"error", {{"code", 404}, {"message", "model not found"}}}});
    }
    loaded_.insert(name);
    const json message = {{"role", "assistant"}, {"content", "This is the simulator."}};
    reply.json(200, {{"object", "chat.completion"},
                     {"model", name},
                     {"choices", json::array({{{"index", 0}, {"message", message}}})}});
  }

  void monitor(const Request& request, Reply& reply) {
    const std::string name = asked_model(request);
    if (!loaded_.contains(name))
      return reply.json(500, {{"error", "backend " + name + " not found"}});
    reply.json(200, {{"state", 2}, {"memory", {{"total", model_bytes()}}}});
  }

  void shutdown(const Request& request, Reply& reply) {
    loaded_.erase(asked_model(request));
    reply.json(200, json::object());
  }

  const Settings& settings_;
  const fs::path models_;
  std::mutex mutex_;
  std::map<std::string, Job> jobs_;
  std::set<std::string> loaded_;
};

}  // namespace

Handler localai(const Settings& settings) {
  return [server = std::make_shared<LocalAi>(settings)](const Request& request, Reply& reply) {
    server->handle(request, reply);
  };
}

}  // namespace simulator
