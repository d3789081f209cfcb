#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>

#include "files.hpp"
#include "services.hpp"

namespace simulator {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Blob {
  std::string digest;  // hex
  std::uint64_t size = 0;
  std::string media_type;
};

// HOST/NAMESPACE/NAME:TAG, with Ollama's defaults for what is left out.
struct ModelName {
  std::string host = "registry.ollama.ai";
  std::string space = "library";
  std::string name;
  std::string tag = "latest";

  std::string shown() const {
    const std::string tail = name + ":" + tag;
    if (host != "registry.ollama.ai") return host + "/" + space + "/" + tail;
    return space == "library" ? tail : space + "/" + tail;
  }
};

ModelName parse_name(const std::string& text) {
  ModelName model;
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, '/');) parts.push_back(part);
  if (parts.empty()) return model;
  model.name = parts.back();
  if (const auto colon = model.name.find(':'); colon != std::string::npos) {
    model.tag = model.name.substr(colon + 1);
    model.name.resize(colon);
  }
  if (parts.size() > 1) model.space = parts[parts.size() - 2];
  if (parts.size() > 2) model.host = parts[0];
  return model;
}

class Ollama {
 public:
  explicit Ollama(const Settings& settings)
      : settings_(settings), models_(fs::path(settings.data_directory) / "models") {
    std::error_code ignored;
    fs::create_directories(models_ / "blobs", ignored);
    fs::create_directories(models_ / "manifests", ignored);
    if (!environment("OLLAMA_NOPRUNE").empty()) return;
    for (const auto& entry : fs::directory_iterator(models_ / "blobs", ignored)) {
      if (entry.path().string().find("-partial") != std::string::npos) fs::remove(entry, ignored);
    }
  }

  void handle(const Request& request, Reply& reply) {
    const std::string route = request.method + " " + request.path;
    if (route == "GET /" || route == "HEAD /")
      return reply.text(200, "Ollama is running (simulator)");
    if (route == "GET /api/version") return reply.json(200, {{"version", settings_.version}});
    if (route == "POST /api/pull") return pull(request, reply);
    const std::lock_guard lock(mutex_);
    if (route == "GET /api/tags") return reply.json(200, {{"models", tags()}});
    if (route == "GET /api/ps") return reply.json(200, {{"models", loaded()}});
    if (route == "DELETE /api/delete") return remove(request, reply);
    if (route == "POST /api/generate") return generate(request, reply);
    reply.text(404, "404 page not found");
  }

 private:
  fs::path blob_path(const std::string& digest) const {
    return models_ / "blobs" / ("sha256-" + digest);
  }
  fs::path manifest_path(const ModelName& model) const {
    return models_ / "manifests" / model.host / model.space / model.name / model.tag;
  }
  static std::string asked_model(const Request& request) {
    if (!request.body.is_object()) return "";
    return request.body.value("model", request.body.value("name", std::string()));
  }

  // The library that can be pulled: SIM_MODELS, in Ollama's own spelling.
  static bool in_library(const ModelName& model) {
    std::istringstream names(environment("SIM_MODELS", "llama3.2:3b,llama3.2:1b,qwen2.5:0.5b"));
    for (std::string name; std::getline(names, name, ',');) {
      if (name == model.shown()) return true;
    }
    return false;
  }

  // Weights of its own, and a licence that all tags of a model share.
  static std::vector<Blob> layers_of(const ModelName& model) {
    const std::uint64_t size = std::stoull(environment("SIM_MODEL_BYTES", "4194304"));
    return {
        {pretend_digest("weights " + model.shown()), size, "application/vnd.ollama.image.model"},
        {pretend_digest("license " + model.host + model.space + model.name), 12320,
         "application/vnd.ollama.image.license"},
        {pretend_digest("config " + model.shown()), 561,
         "application/vnd.docker.container.image.v1+json"}};
  }

  void pull(const Request& request, Reply& reply) {
    const ModelName model = parse_name(asked_model(request));
    reply.begin_stream("application/x-ndjson");
    const std::string error = pull_steps(model, reply);
    if (error.empty()) {
      reply.line({{"status", "success"}});
    } else {
      reply.line({{"error", error}});
    }
    reply.end_stream();
  }

  std::string pull_steps(const ModelName& model, Reply& reply) {
    reply.line({{"status", "pulling manifest"}});
    if (environment("SIM_REGISTRY") == "down") {
      return "Get \"https://" + model.host +
             "/v2/\": dial tcp 192.0.2.1:443: connect: connection refused";
    }
    if (!in_library(model)) return "pull model manifest: file does not exist";
    json layers = json::array();
    for (const Blob& blob : layers_of(model)) {
      if (!fetch(blob, reply)) return "context canceled";
      layers.push_back({{"mediaType", blob.media_type},
                        {"digest", "sha256:" + blob.digest},
                        {"size", blob.size}});
    }
    reply.line({{"status", "verifying sha256 digest"}});
    reply.line({{"status", "writing manifest"}});
    const json config = layers.back();
    layers.erase(layers.size() - 1);
    const std::lock_guard lock(mutex_);
    write_file(manifest_path(model),
               json{{"schemaVersion", 2}, {"config", config}, {"layers", layers}}.dump());
    return "";
  }

  // Fetches one blob into its -partial file, from where an earlier try left off. False: the client
  // has gone, and what there is stays for the next try.
  bool fetch(const Blob& blob, Reply& reply) {
    const fs::path done = blob_path(blob.digest);
    const fs::path partial = done.string() + "-partial";
    const fs::path part = done.string() + "-partial-0";
    json line = {{"status", "pulling " + blob.digest.substr(0, 12)},
                 {"digest", "sha256:" + blob.digest},
                 {"total", blob.size}};
    if (!fs::exists(done)) {
      const json before = read_json(part);
      std::uint64_t completed =
          before.is_object() ? before.value("Completed", std::uint64_t{0}) : 0;
      const std::uint64_t rate = std::stoull(environment("SIM_PULL_BYTES_PER_S", "0"));
      const std::uint64_t step = rate == 0 ? 1 << 20 : rate / 10 + 1;
      const int file = ::open(partial.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
      if (file < 0 || ::ftruncate(file, static_cast<off_t>(blob.size)) != 0) return false;
      bool there = reply.line(line);
      while (there && completed < blob.size) {
        const std::string bytes(std::min(step, blob.size - completed), 'm');
        if (::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(completed)) < 0) break;
        completed += bytes.size();
        write_file(
            part,
            json{{"N", 0}, {"Offset", 0}, {"Size", blob.size}, {"Completed", completed}}.dump());
        line["completed"] = completed;
        there = reply.line(line);
        if (rate != 0) sleep_seconds(0.1);
      }
      ::close(file);
      if (completed < blob.size) return false;
      fs::rename(partial, done);
      fs::remove(part);
    }
    line["completed"] = blob.size;
    return reply.line(line);
  }

  // name -> manifest file, of everything on disk.
  std::map<std::string, fs::path> installed() const {
    std::map<std::string, fs::path> found;
    std::error_code ignored;
    const fs::path root = models_ / "manifests";
    for (const auto& entry : fs::recursive_directory_iterator(root, ignored)) {
      if (!entry.is_regular_file()) continue;
      std::vector<std::string> parts;
      for (const auto& part : fs::relative(entry.path(), root)) parts.push_back(part);
      if (parts.size() != 4) continue;
      found[ModelName{parts[0], parts[1], parts[2], parts[3]}.shown()] = entry.path();
    }
    return found;
  }

  json describe(const std::string& name, const fs::path& manifest) const {
    std::uint64_t size = 0;
    const json content = read_json(manifest);
    for (const json& layer : content["layers"]) size += layer["size"].get<std::uint64_t>();
    return {{"name", name},
            {"model", name},
            {"modified_at", time_iso(fs::last_write_time(manifest))},
            {"size", size},
            {"digest", pretend_digest(content.dump())},
            {"details", {{"format", "gguf"}, {"family", "simulator"}}},
            {"capabilities", json::array({"completion"})}};
  }

  json tags() const {
    json models = json::array();
    for (const auto& [name, manifest] : installed()) models.push_back(describe(name, manifest));
    return models;
  }

  json loaded() {
    json models = json::array();
    const auto on_disk = installed();
    for (auto entry = loaded_.begin(); entry != loaded_.end();) {
      const auto found = on_disk.find(entry->first);
      if (found == on_disk.end() || std::time(nullptr) > entry->second) {
        entry = loaded_.erase(entry);
        continue;
      }
      json model = describe(entry->first, found->second);
      model["expires_at"] = time_iso(std::chrono::file_clock::from_sys(
          std::chrono::sys_seconds(std::chrono::seconds(entry->second))));
      model["size_vram"] = environment("SIM_GPU").empty() ? json(0) : model["size"];
      model["context_length"] = 4096;
      models.push_back(model);
      ++entry;
    }
    return models;
  }

  void remove(const Request& request, Reply& reply) {
    const std::string name = parse_name(asked_model(request)).shown();
    const auto on_disk = installed();
    const auto found = on_disk.find(name);
    if (found == on_disk.end()) {
      return reply.json(404, {{"error", "model '" + asked_model(request) + "' not found"}});
    }
    fs::remove(found->second);
    loaded_.erase(name);
    std::set<std::string> used;
    for (const auto& [other, manifest] : installed()) {
      const json content = read_json(manifest);
      for (const json& layer : content["layers"]) used.insert(layer["digest"]);
      used.insert(content["config"]["digest"]);
    }
    for (const auto& entry : fs::directory_iterator(models_ / "blobs")) {
      std::string digest = entry.path().filename();
      if (digest.find("-partial") != std::string::npos) continue;
      digest.replace(digest.find('-'), 1, ":");
      if (!used.contains(digest)) fs::remove(entry);
    }
    reply.text(200, "");
  }

  void generate(const Request& request, Reply& reply) {
    const std::string name = parse_name(asked_model(request)).shown();
    if (!installed().contains(name)) {
      return reply.json(404, {{"error", "model '" + asked_model(request) + "' not found"}});
    }
    const json keep = request.body.value("keep_alive", json());
    const bool unload = keep == 0 || keep == "0";
    const bool prompt = !request.body.value("prompt", std::string()).empty();
    if (unload) {
      loaded_.erase(name);
    } else {
      loaded_[name] = std::time(nullptr) + 300;
    }
    reply.json(200, {{"model", name},
                     {"created_at", now_iso()},
                     {"response", prompt ? "This is the simulator; no model is running." : ""},
                     {"done", true},
                     {"done_reason", unload ? "unload" : (prompt ? "stop" : "load")}});
  }

  const Settings& settings_;
  const fs::path models_;
  std::mutex mutex_;
  std::map<std::string, std::time_t> loaded_;  // name -> when it is unloaded
};

}  // namespace

Handler ollama(const Settings& settings) {
  return [server = std::make_shared<Ollama>(settings)](const Request& request, Reply& reply) {
    server->handle(request, reply);
  };
}

}  // namespace simulator
