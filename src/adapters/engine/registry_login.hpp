#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

// The logins that `docker login` has left, for registries that ask for one. The engine has none of
// its own: whoever tells it to pull sends the login along.
namespace aistack::engine {

// Where logins are looked for. With no reader there are none.
struct LoginSource {
  std::map<std::string, std::string> environment;  // DOCKER_CONFIG, HOME
  // The text of a file, absent if there is no such file. Bounds what it reads.
  std::function<Result<std::optional<std::string>>(const std::filesystem::path&)> read_file;
};

// What there is for one registry. A login that cannot be had is no error before the registry asks
// for it: most images need none.
struct RegistryLogin {
  std::string registry;  // "ghcr.io", "127.0.0.1:5000"; "docker.io" where the image names none
  std::string header;    // the value of X-Registry-Auth, a secret; "" if there is no login
  std::string missing;   // why there is none, with the file that was read
  std::string remedy;    // what to do about it, if `docker login` is not enough
};

// "ghcr.io" of "ghcr.io/open-webui/open-webui:main": what docker takes for the registry's name.
std::string registry_of(std::string_view reference);

// Reads $DOCKER_CONFIG/config.json, else ~/.docker/config.json, each time anew, so that a login
// counts at once. Credential helpers are other programs, and aistack runs none: what they keep is
// missing.
RegistryLogin find_login(const LoginSource& source, std::string_view reference);

// `error` of a registry; where it asked for a login, with what is known about ours.
Error explain_denied(Error error, const RegistryLogin& login);

}  // namespace aistack::engine
