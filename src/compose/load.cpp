#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "compose/aistack_block.hpp"
#include "compose/canonical.hpp"
#include "compose/consistency.hpp"
#include "compose/diagnostics.hpp"
#include "compose/dotenv.hpp"
#include "compose/go_format.hpp"
#include "compose/hash.hpp"
#include "compose/injected_files.hpp"
#include "compose/interpolate.hpp"
#include "compose/merge.hpp"
#include "compose/project.hpp"
#include "compose/project_parts.hpp"
#include "compose/resolve.hpp"
#include "compose/shape.hpp"
#include "compose/yaml_reader.hpp"

namespace aistack::compose {

using Json = nlohmann::ordered_json;
using Kind = Node::Kind;

namespace {

constexpr std::array<std::pair<const char*, const Object*>, 4> kSections{
    {{"networks", &kNetworkObject},
     {"volumes", &kVolumeObject},
     {"secrets", &kSecretObject},
     {"configs", &kConfigObject}}};

class Loader {
 public:
  explicit Loader(const LoadRequest& request)
      : request_(request), diagnostics_(paths(request)), environment_(request.environment) {}

  Result<Project> run();

 private:
  static std::vector<std::filesystem::path> paths(const LoadRequest& request) {
    std::vector<std::filesystem::path> result;
    for (const auto& file : request.files) result.push_back(file.path);
    return result;
  }

  void read_dotenv();
  void read_files();
  std::string project_name();
  void merge_layers();
  void check_top();
  void check_names(const char* section, const Node& all);
  void build();
  void build_service(const std::string& name, const Node& node);

  const LoadRequest& request_;
  Diagnostics diagnostics_;
  std::map<std::string, std::string> environment_;
  bool readable_ = true;  // every file, as YAML
  std::vector<Node> layers_;
  Node root_;
  std::vector<std::string> enabled_;
  Project project_;
};

// Beside the base file; the caller's environment wins.
void Loader::read_dotenv() {
  const auto path = project_.working_directory / ".env";
  const auto text = request_.read_file ? request_.read_file(path) : std::optional<std::string>();
  if (!text) {
    diagnostics_.error({}, path.string() + " cannot be read: " + text.error().why);
    return;
  }
  if (!text.value()) return;
  std::map<std::string, std::string> values;
  const auto lookup = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = request_.environment.find(name);
    return found == request_.environment.end() ? std::nullopt : std::optional(found->second);
  };
  if (const auto error = read_env_file(*text.value(), EnvFormat::dotenv, lookup, values)) {
    diagnostics_.error({},
                       path.string() + ":" + std::to_string(error->line) + ": " + error->message);
  }
  environment_.merge(values);
}

void Loader::read_files() {
  for (std::size_t i = 0; i < request_.files.size(); ++i) {
    const auto file = static_cast<std::uint16_t>(i);
    auto documents = read_yaml(request_.files[i].text, file, diagnostics_);
    if (!documents) {
      readable_ = false;
      continue;
    }
    for (auto& document : *documents) {
      if (document.is(Kind::null)) continue;
      if (document.is(Kind::mapping)) {
        layers_.push_back(std::move(document));
      } else {
        diagnostics_.error(document.mark,
                           "the file must be a mapping, and is " + describe(document),
                           "begin with services:");
      }
    }
  }
  if (layers_.empty() && !diagnostics_.failed()) {
    diagnostics_.error({0, 1}, "the file is empty", "begin with services:");
  }
}

std::string Loader::project_name() {
  const auto imposed = environment_.find("COMPOSE_PROJECT_NAME");
  if (imposed != environment_.end() && !imposed->second.empty()) {
    if (normal_name(imposed->second) != imposed->second) {
      diagnostics_.error({},
                         "COMPOSE_PROJECT_NAME is \"" + printable(imposed->second, 60) +
                             "\", which cannot be the name of a project",
                         "use a-z, 0-9, - and _, a letter or digit first");
    }
    return imposed->second;
  }
  const Node* named = nullptr;
  for (const auto& layer : layers_) {
    const Node* name = layer.find("name");
    if (name != nullptr && name->is(Kind::string) && !name->text.empty()) named = name;
  }
  std::string name = project_.working_directory.filename().string();
  if (named != nullptr) {
    const auto lookup = [&](const std::string& variable) -> std::optional<std::string> {
      const auto found = environment_.find(variable);
      return found == environment_.end() ? std::nullopt : std::optional(found->second);
    };
    const auto result = substitute(named->text, lookup, {});
    if (result.outcome == Substitution::Outcome::ok) name = result.text;
  }
  std::string normal = normal_name(name);
  if (normal.empty()) {
    diagnostics_.error(named == nullptr ? Mark{} : named->mark,
                       "\"" + printable(name, 60) + "\" gives no name for the project",
                       "write name: with a-z, 0-9, - and _");
  }
  return normal;
}

void Loader::merge_layers() {
  const auto lookup = [this](const std::string& name) -> std::optional<std::string> {
    const auto found = environment_.find(name);
    return found == environment_.end() ? std::nullopt : std::optional(found->second);
  };
  bool first = true;
  for (auto& layer : layers_) {
    interpolate(layer, lookup, diagnostics_);
    if (const Node* version = layer.find("version")) {
      diagnostics_.note(version->mark, "the key \"version\" is obsolete and passed over",
                        "take it away");
    }
    shape(layer, diagnostics_);
    if (first) {
      drop_resets(layer);
      root_ = std::move(layer);
      first = false;
    } else {
      merge(root_, std::move(layer), diagnostics_);
    }
    keep_last_of_equals(root_);
  }
}

void Loader::check_names(const char* section, const Node& all) {
  for (const auto& entry : all.entries) {
    const bool fine =
        !entry.key.empty() && std::all_of(entry.key.begin(), entry.key.end(), [](char c) {
          return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' ||
                 c == '-';
        });
    if (fine) continue;
    diagnostics_.error(
        entry.mark, std::string(section) + ": \"" + printable(entry.key, 80) + "\" is not a name",
        "use letters, digits, . _ and -");
  }
}

void Loader::check_top() {
  canonical_object(root_, kFileObject, {}, diagnostics_);
  static constexpr std::array kAll{"services", "networks", "volumes", "secrets", "configs"};
  for (const auto* section : kAll) {
    Node* all = root_.find(section);
    if (all == nullptr || all->is(Kind::broken)) continue;
    if (!all->is(Kind::mapping)) {
      diagnostics_.error(all->mark,
                         std::string(section) + ": must be a mapping, and is " + describe(*all),
                         all->is(Kind::null) ? "take the key away, or write names below it" : "");
      *all = Node::make_broken(all->mark);
      continue;
    }
    check_names(section, *all);
  }
  if (root_.find("services") == nullptr) {
    diagnostics_.note({}, "the file has no services: there is nothing to run");
  }
}

void Loader::build_service(const std::string& name, const Node& node) {
  const Path services{nullptr, "services", 0};
  const Path path = services / name;
  if (!node.is(Kind::mapping)) {
    if (node.is(Kind::broken)) return;
    diagnostics_.error(
        node.mark, path.text() + ": must be a mapping, and is " + describe(node),
        node.is(Kind::string) ? "write image: " + node.text : "write image: NAME:TAG");
    return;
  }
  ComposeService service;
  service.name = name;
  service.model = canonical_object(node, kServiceObject, path, diagnostics_);
  service.model.erase("env_file");
  check_limits(path.text(), node, service.model, diagnostics_);
  service.image = node.text_of("image");
  service.platform = node.text_of("platform");
  service.container_name = container_name(node, project_.name, name);
  project_.services.push_back(std::move(service));
}

void Loader::build() {
  const Node* services = root_.find("services");
  if (services != nullptr) {
    // A service that its profiles leave out is checked like the others.
    for (const auto& entry : services->entries) build_service(entry.key, entry.value);
  }
  for (const auto& [section, object] : kSections) {
    const Node* all = root_.find(section);
    const Field field{
        .key = section, .type = Type::named_objects, .zero = Zero::keep, .object = object};
    Json made = Json::object();
    if (all != nullptr) {
      if (auto written = canonical(*all, field, Path{nullptr, section, 0}, diagnostics_)) {
        made = std::move(*written);
      }
    }
    project_.resources[section] = std::move(made);
  }
  check_consistency(root_, project_.name, enabled_, diagnostics_);
}

Result<Project> Loader::run() {
  if (request_.files.empty()) {
    return Error{.code = ErrorCode::kInternal, .why = "no Compose file was given"};
  }
  const auto& base = request_.files.front().path;
  project_.working_directory = base.parent_path();
  for (const auto& file : request_.files) project_.config_files.push_back(file.path);
  const std::string name = service_name(base, diagnostics_);
  read_dotenv();
  // As if Compose ran beside the file, whoever calls and from where.
  environment_["PWD"] = project_.working_directory.string();
  read_files();
  if (layers_.empty() || !readable_) return diagnostics_.to_error();
  project_.name = project_name();
  environment_["COMPOSE_PROJECT_NAME"] = project_.name;
  merge_layers();
  check_top();
  resolve(root_, {project_.name, project_.working_directory, environment_, request_.read_file},
          diagnostics_);
  enabled_ = enabled_services(root_, active_profiles(environment_));
  build();
  project_.spec = read_aistack_block(root_, name, enabled_, diagnostics_);
  if (diagnostics_.failed()) return diagnostics_.to_error();

  std::vector<ComposeService> ordered;
  for (const auto& service : start_order(root_, enabled_)) {
    auto made = std::find_if(project_.services.begin(), project_.services.end(),
                             [&](const ComposeService& known) { return known.name == service; });
    const Node& node = *root_.find("services")->find(service);
    made->depends_on = dependencies(made->model, node, enabled_);
    made->gpu = wants_gpu(made->model);
    made->config_hash = service_hash(made->model);
    ordered.push_back(std::move(*made));
  }
  project_.services = std::move(ordered);
  keep_used(project_);
  add_injected_files(root_, project_, environment_, request_, diagnostics_);
  if (diagnostics_.failed()) return diagnostics_.to_error();
  project_.model = whole_model(project_, root_);
  project_.notes = diagnostics_.notes();
  return std::move(project_);
}

}  // namespace

Result<Project> load(const LoadRequest& request) {
  return Loader(request).run();
}

std::string to_text(const nlohmann::ordered_json& model, int indent) {
  return go_json(model, indent);
}

}  // namespace aistack::compose
