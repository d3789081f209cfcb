#pragma once

#include "cli/session.hpp"

namespace aistack::cli {

// `session.open()` for commands that start nothing: a versions.lock that cannot be used costs them
// a note only, since they choose no version. Whoever is kept from looking and from stopping by a
// typing error there cannot mend anything.
Result<operations::Context*> open_to_look(Session& session);

}  // namespace aistack::cli
