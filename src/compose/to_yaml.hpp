#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace aistack::compose {

// A document as block-style YAML, for people to read. Text that YAML could take for something else
// is quoted. Ends with a newline.
std::string to_yaml(const nlohmann::ordered_json& document);

}  // namespace aistack::compose
