#pragma once

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>

#include "base/error.hpp"

namespace aistack {

// A value or an Error. Reading the one that is not there is a bug and ends the program.
//
//   Result<int> parse(std::string_view text);
//   BOOST_OUTCOME_TRY(const auto number, parse(text));        // in a function
//   BOOST_OUTCOME_CO_TRY(const auto reply, co_await ask());   // in a coroutine
//   return ok();                                              // Result<>
// The macros are several statements: put braces around one that is the body of an if or a for.
template <class T = void>
using Result = boost::outcome_v2::basic_result<T, Error, boost::outcome_v2::policy::terminate>;

// Success without a value.
inline auto ok() {
  return boost::outcome_v2::success();
}

}  // namespace aistack
