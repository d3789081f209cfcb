#include <algorithm>

#include "compose/container_parts.hpp"
#include "compose/go_format.hpp"
#include "compose/syntax.hpp"

namespace aistack::compose {

using Model = nlohmann::ordered_json;
using Json = nlohmann::json;

namespace {

// "rw,z": what stands behind the second colon of a bind.
std::string bind_options(const Model& volume) {
  std::string options = volume.value("read_only", false) ? "ro" : "rw";
  if (volume.contains("bind") && volume["bind"].contains("selinux")) {
    options += "," + volume["bind"]["selinux"].get<std::string>();
  }
  return options;
}

// Can this be said as "source:target:options"?
bool plain_bind(const Model& volume) {
  if (!volume.contains("bind")) return true;
  const Model& bind = volume["bind"];
  return bind.value("create_host_path", true) && !bind.contains("propagation") &&
         !bind.contains("recursive");
}

bool plain_volume(const Model& volume) {
  if (!volume.contains("source")) return false;
  if (!volume.contains("volume")) return true;
  const Model& options = volume["volume"];
  return !options.contains("labels") && !options.contains("subpath") &&
         !options.value("nocopy", false);
}

Json bind_mount_options(const Model& bind) {
  Json options = Json::object();
  if (bind.contains("propagation")) options["Propagation"] = bind["propagation"];
  if (bind.value("create_host_path", true)) options["CreateMountpoint"] = true;
  const std::string recursive = bind.value("recursive", "");
  if (recursive == "disabled") options["NonRecursive"] = true;
  if (recursive == "writable") options["ReadOnlyNonRecursive"] = true;
  if (recursive == "readonly") options["ReadOnlyForceRecursive"] = true;
  return options;
}

Json mount_of(const Model& volume, const std::string& type, const std::string& source) {
  Json mount = {{"Type", type}, {"Target", volume.value("target", "")}};
  if (!source.empty()) mount["Source"] = source;
  if (volume.value("read_only", false)) mount["ReadOnly"] = true;
  if (volume.contains("consistency")) mount["Consistency"] = volume["consistency"];
  if (type == "bind" && volume.contains("bind")) {
    mount["BindOptions"] = bind_mount_options(volume["bind"]);
  } else if (type == "volume" && volume.contains("volume")) {
    const Model& given = volume["volume"];
    Json& options = mount["VolumeOptions"] = Json::object();
    if (given.value("nocopy", false)) options["NoCopy"] = true;
    if (given.contains("subpath")) options["Subpath"] = given["subpath"];
    if (given.contains("labels")) options["Labels"] = given["labels"];
  } else if (type == "tmpfs" && volume.contains("tmpfs")) {
    const Model& given = volume["tmpfs"];
    Json& options = mount["TmpfsOptions"] = Json::object();
    std::int64_t size = 0;
    if (given.contains("size")) read_integer(given["size"].get<std::string>(), size);
    if (size != 0) options["SizeBytes"] = size;
    if (given.contains("mode")) options["Mode"] = given["mode"];
  } else if (type == "image" && volume.contains("image")) {
    Json& options = mount["ImageOptions"] = Json::object();
    if (volume["image"].contains("subpath")) options["Subpath"] = volume["image"]["subpath"];
  }
  return mount;
}

// Secrets and configs that are files, mounted read-only.
void add_files(const Project& project, const Model& model, const char* section,
               const std::string& directory, Json& mounts) {
  if (!model.contains(section)) return;
  const bool secret = directory != "/";
  for (const auto& item : model[section]) {
    const std::string source = item.value("source", "");
    const Model& defined = project.resources[section][source];
    if (!defined.contains("file")) continue;
    std::string target = item.value("target", "");
    if (target.empty()) target = source;
    if (!is_absolute(target)) target = directory + target;
    Json mount = {
        {"Type", "bind"}, {"Source", defined["file"]}, {"Target", target}, {"ReadOnly", true}};
    if (secret) mount["BindOptions"] = Json::object();
    const bool taken = std::any_of(mounts.begin(), mounts.end(),
                                   [&](const Json& other) { return other["Target"] == target; });
    if (!taken) mounts.push_back(std::move(mount));
  }
}

}  // namespace

void add_mounts(const Project& project, const Model& model, Json& host) {
  Json binds = Json::array();
  Json mounts = Json::array();
  if (model.contains("volumes")) {
    for (const auto& volume : model["volumes"]) {
      const std::string type = volume.value("type", "");
      std::string source = volume.value("source", "");
      const bool named = type == "volume" && !source.empty();
      if (named) source = project.resources["volumes"][source].value("name", source);
      if ((type == "bind" && plain_bind(volume)) || (named && plain_volume(volume))) {
        binds.push_back(source + ":" + volume.value("target", "") + ":" + bind_options(volume));
      } else {
        mounts.push_back(mount_of(volume, type, source));
      }
    }
  }
  add_files(project, model, "secrets", "/run/secrets/", mounts);
  add_files(project, model, "configs", "/", mounts);
  if (!binds.empty()) host["Binds"] = binds;
  if (!mounts.empty()) host["Mounts"] = mounts;
}

}  // namespace aistack::compose
