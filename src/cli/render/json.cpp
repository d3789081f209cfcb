#include "cli/render/json.hpp"

#include <nlohmann/json.hpp>

namespace aistack::cli {
namespace {

// Text from an engine need not be UTF-8.
constexpr auto kReplace = nlohmann::json::error_handler_t::replace;

}  // namespace

void print_json(Output& output, const nlohmann::ordered_json& document) {
  output.write_line(document.dump(2, ' ', false, kReplace));
}

void print_json(Output& output, const nlohmann::json& document) {
  output.write_line(document.dump(2, ' ', false, kReplace));
}

void print_json_line(Output& output, const nlohmann::ordered_json& document) {
  output.write_line(document.dump(-1, ' ', false, kReplace));
}

}  // namespace aistack::cli
