#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace aistack::compose {

// Variables in a text: $NAME, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:?message},
// ${NAME?message}, ${NAME:+alternative}, ${NAME+alternative}, defaults within defaults, $$ for "$".
struct Substitution {
  enum class Outcome {
    ok,
    bad_format,  // a $ or ${ that is none of the forms
    required,    // ${NAME:?…} without a value; `variable` and `message` say which
    too_long,
  };
  Outcome outcome = Outcome::ok;
  std::string text;
  std::string variable;
  std::string message;
};

using Lookup = std::function<std::optional<std::string>(const std::string&)>;
// Called for each plain $NAME or ${NAME} that is not set.
using Unset = std::function<void(const std::string&)>;

Substitution substitute(std::string_view text, const Lookup& lookup, const Unset& unset);

}  // namespace aistack::compose
