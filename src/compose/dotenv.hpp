#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "compose/template.hpp"

namespace aistack::compose {

enum class EnvFormat {
  dotenv,  // quotes, comments, `export`, variables
  raw,     // NAME=value, everything behind the first "=" as it is
};

struct EnvFileError {
  int line = 0;
  std::string message;
};

// Reads an env file into `values`, on top of what is there. Variables in it are looked up with
// `lookup` first, then in `values`. A name alone takes its value from `lookup`, if it has one.
std::optional<EnvFileError> read_env_file(const std::string& text, EnvFormat format,
                                          const Lookup& lookup,
                                          std::map<std::string, std::string>& values);

}  // namespace aistack::compose
