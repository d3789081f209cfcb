#pragma once

#include <string>
#include <vector>

#include "cli/session.hpp"
#include "operations/install.hpp"

namespace aistack::cli {

// Shows what became of each service (a line on stdout, or one JSON document) and the errors of
// those that failed; gives the exit code, the worst one's.
int print_results(Session& session, const operations::ServiceResults& results);

// --timeout, --no-wait, --no-start, --pull of a row that has them.
Result<operations::DeployOptions> deploy_options(const Arguments& arguments);

}  // namespace aistack::cli
