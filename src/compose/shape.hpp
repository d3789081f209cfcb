#pragma once

#include "compose/diagnostics.hpp"
#include "compose/node.hpp"

namespace aistack::compose {

// Brings the short forms of one file ("8080:80", lists of NAME=value, a single text for a list)
// into the long ones, so that files can be merged value by value. What is of a wrong type stays as
// it is: the schema reports it.
void shape(Node& root, Diagnostics& diagnostics);

}  // namespace aistack::compose
