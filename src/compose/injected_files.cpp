#include "compose/injected_files.hpp"

#include "base/json_depth.hpp"
#include "base/text.hpp"
#include "compose/go_format.hpp"
#include "compose/syntax.hpp"

namespace aistack::compose {

using Json = nlohmann::ordered_json;

namespace {

// Where a list item of a service stands, for a message.
Mark mark_of(const Node& root, const std::string& service, std::string_view key, std::size_t item) {
  const Node* list = root.find("services")->find(service)->find(key);
  return list != nullptr && item < list->items.size() ? list->items[item].mark : Mark{};
}

struct Injector {
  const Node& root;
  Project& project;
  const std::map<std::string, std::string>& environment;
  const LoadRequest& request;
  Diagnostics& diagnostics;

  void files(ComposeService& service, const std::string& section);
  void security(ComposeService& service);
  std::string seccomp(const std::string& option, const std::string& path, Mark mark);
};

void Injector::files(ComposeService& service, const std::string& section) {
  if (!service.model.contains(section)) return;
  const std::string directory = section == "secrets" ? "/run/secrets/" : "/";
  const Json& list = service.model[section];
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Json& item = list[i];
    const std::string source = item.value("source", "");
    const Json& defined = project.resources[section][source];
    domain::InjectedFile file;
    const std::string variable = defined.value("environment", "");
    const Mark mark = mark_of(root, service.name, section, i);
    if (!variable.empty()) {
      const auto value = environment.find(variable);
      if (value == environment.end()) {
        diagnostics.error(mark,
                          section + "." + source + ": the variable " + variable + " is not set",
                          "set it in the environment or in .env beside the file");
        continue;
      }
      file.content = value->second;
    } else {
      file.content = defined.value("content", "");
    }
    if (file.content.empty()) continue;
    if (service.model.value("read_only", false)) {
      diagnostics.error(mark,
                        "services." + service.name + ": \"" + source +
                            "\" cannot be put into a container that is read_only",
                        "keep it in a file: file: ./" + source);
      continue;
    }
    file.path = item.value("target", "");
    if (file.path.empty()) file.path = source;
    if (!is_absolute(file.path)) file.path = directory + file.path;
    file.uid = item.value("uid", "");
    file.gid = item.value("gid", "");
    if (item.contains("mode")) {
      file.mode = static_cast<unsigned>(std::stoul(item["mode"].get<std::string>(), nullptr, 8));
    }
    service.files.push_back(std::move(file));
  }
}

std::string Injector::seccomp(const std::string& option, const std::string& path, Mark mark) {
  const std::string full =
      is_absolute(path) ? path : clean_path(project.working_directory.string() + "/" + path);
  const auto text = request.read_file ? request.read_file(full) : std::optional<std::string>();
  if (!text || !text.value()) {
    diagnostics.error(
        mark, "there is no seccomp profile " + full + (text ? "" : ": " + text.error().why));
    return option;
  }
  const auto profile = is_deep_json(*text.value()) ? Json(Json::value_t::discarded)
                                                   : Json::parse(*text.value(), nullptr, false);
  if (profile.is_discarded()) {
    diagnostics.error(mark, "the seccomp profile " + full + " is not JSON, or nested too deeply");
    return option;
  }
  return "seccomp=" + profile.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void Injector::security(ComposeService& service) {
  static constexpr std::string_view kSeccomp = "seccomp";
  if (!service.model.contains("security_opt")) return;
  const Json& list = service.model["security_opt"];
  for (std::size_t i = 0; i < list.size(); ++i) {
    std::string option = list[i].get<std::string>();
    const auto cut = option.find('=') != std::string::npos ? option.find('=') : option.find(':');
    const std::string value = cut == std::string::npos ? "" : option.substr(cut + 1);
    if (option.substr(0, cut) == kSeccomp && value != "unconfined" && value != "builtin") {
      option = seccomp(option, value, mark_of(root, service.name, "security_opt", i));
    }
    service.security_options.push_back(std::move(option));
  }
}

}  // namespace

void add_injected_files(const Node& root, Project& project,
                        const std::map<std::string, std::string>& environment,
                        const LoadRequest& request, Diagnostics& diagnostics) {
  Injector injector{root, project, environment, request, diagnostics};
  for (auto& service : project.services) {
    injector.files(service, "secrets");
    injector.files(service, "configs");
    injector.security(service);
  }
}

}  // namespace aistack::compose
