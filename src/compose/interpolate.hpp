#pragma once

#include "compose/diagnostics.hpp"
#include "compose/node.hpp"
#include "compose/template.hpp"

namespace aistack::compose {

// Puts the variables' values into every text of the tree (values, not keys). A text whose variables
// are wrong becomes `broken`; a variable without a value is noted once.
void interpolate(Node& root, const Lookup& lookup, Diagnostics& diagnostics);

}  // namespace aistack::compose
