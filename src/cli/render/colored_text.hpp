#pragma once

#include <string>
#include <string_view>

namespace aistack::cli {

// Text from outside for a terminal: its colours (SGR sequences, ESC [ … m) are kept and end with
// the text, or are left out without `color`; everything else is made printable.
std::string colored_text(std::string_view text, bool color);

}  // namespace aistack::cli
