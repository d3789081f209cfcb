#pragma once

#include "compose/diagnostics.hpp"
#include "compose/node.hpp"

namespace aistack::compose {

// Lays `over` (an override file, shaped) over `base` as Docker Compose does: mappings are merged,
// lists are appended, single values and commands replaced; `!reset` takes a value of the base away,
// `!override` replaces it whole.
void merge(Node& base, Node over, Diagnostics& diagnostics);

// Of entries that mean the same (one environment variable, one mount point, one port) the last one
// stays, at the place of the first. For a whole file, after it was merged.
void keep_last_of_equals(Node& root);

// Takes the values away that are tagged `!reset`: in a base file there is nothing to reset.
void drop_resets(Node& node);

}  // namespace aistack::compose
