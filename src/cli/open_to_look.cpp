#include "cli/open_to_look.hpp"

#include "base/text.hpp"
#include "cli/render/error.hpp"

namespace aistack::cli {

Result<operations::Context*> open_to_look(Session& session) {
  std::vector<Error> problems;
  BOOST_OUTCOME_TRY(auto* context, session.open_anyway(problems));
  for (auto& problem : problems) {
    if (problem.code != ErrorCode::kBadVersionsLock) return std::move(problem);
    for (const auto& line : split(problem.why, '\n'))
      print_note(session.output, "nothing can be started: " + line, session.options.quiet);
  }
  return context;
}

}  // namespace aistack::cli
