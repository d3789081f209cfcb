#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "compose/diagnostics.hpp"
#include "compose/schema.hpp"

namespace aistack::compose {

// Checks a value against its description and gives its canonical form, fields in the order of the
// table, the keys of the user's own mappings sorted. nullopt: wrong (reported), or to be left out.
std::optional<nlohmann::ordered_json> canonical(const Node& node, const Field& field,
                                                const Path& path, Diagnostics& diagnostics);
nlohmann::ordered_json canonical_object(const Node& node, const Object& object, const Path& path,
                                        Diagnostics& diagnostics);

// A value that no table describes (x-…): keys sorted.
nlohmann::ordered_json plain_json(const Node& node);

}  // namespace aistack::compose
