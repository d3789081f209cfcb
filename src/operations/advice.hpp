#pragma once

#include "base/error.hpp"

namespace aistack::operations {

// The error with what to do about it, for the causes whose fix does not depend on the operation:
// an engine that is not there, may not be used, is too old or does not answer, a full disk. Advice
// that a layer below gave is kept. Called once for every error that is printed.
Error with_advice(Error error);

}  // namespace aistack::operations
