#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "compose/diagnostics.hpp"
#include "compose/schema.hpp"

namespace aistack::compose {

// Writes one value in its canonical form: one function for each Type of the schema.
class ValueWriter {
 public:
  ValueWriter(const Field& field, const Path& path, Diagnostics& diagnostics)
      : field_(field), path_(path), diagnostics_(diagnostics) {}

  std::optional<nlohmann::ordered_json> write(const Node& node);

 private:
  std::optional<nlohmann::ordered_json> wrong_type(const Node& node, std::string hint = {});
  std::optional<nlohmann::ordered_json> wrong(const Node& node, const std::string& message,
                                              std::string hint = {});
  std::optional<nlohmann::ordered_json> text(const Node& node);
  std::optional<nlohmann::ordered_json> flag(const Node& node);
  std::optional<nlohmann::ordered_json> integer(const Node& node);
  std::optional<nlohmann::ordered_json> decimal(const Node& node);
  std::optional<nlohmann::ordered_json> size(const Node& node);
  std::optional<nlohmann::ordered_json> duration(const Node& node);
  std::optional<nlohmann::ordered_json> list(const Node& node, bool numbers);
  std::optional<nlohmann::ordered_json> mapping(const Node& node);
  std::optional<nlohmann::ordered_json> command(const Node& node);
  std::optional<nlohmann::ordered_json> health_test(const Node& node);
  std::optional<nlohmann::ordered_json> hosts(const Node& node);
  std::optional<nlohmann::ordered_json> limit(const Node& node);
  std::optional<nlohmann::ordered_json> file_mode(const Node& node);
  std::optional<nlohmann::ordered_json> device_count(const Node& node);
  std::optional<nlohmann::ordered_json> objects(const Node& node);
  std::optional<nlohmann::ordered_json> named_objects(const Node& node);
  std::string name() const { return path_.text(); }

  const Field& field_;
  const Path& path_;
  Diagnostics& diagnostics_;
};

// Sorted names as an object, which keeps the order.
nlohmann::ordered_json from_sorted(std::map<std::string, nlohmann::ordered_json> values);

}  // namespace aistack::compose
