#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "domain/redaction/redactor.hpp"

// Redacts whatever bytes come. Two promises are checked: how the text is cut into blocks changes
// nothing, and a known secret is never in the output.
//
// The first byte is the blocks' size, the second how often the text is repeated without line ends,
// so that small inputs reach the window's edge too.

namespace {

using namespace aistack::domain::redaction;

constexpr std::string_view kKnown = "K7nown/Secret+Value=9";
constexpr std::string_view kInBase64 = "SzdTotallyKnown42";  // known as it is: letters and digits

std::string redact(const Rules& rules, std::string_view text, std::size_t size) {
  Redactor redactor{rules};
  std::string out;
  while (!text.empty()) {
    const auto block = text.substr(0, size);
    redactor.feed(block, out);
    text.remove_prefix(block.size());
  }
  redactor.finish(out);
  return out;
}

void require(bool promise, const char* what) {
  if (promise) return;
  std::fputs(what, stderr);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t count) {
  static const Rules rules{{std::string{kKnown}, std::string{kInBase64}}};
  if (count < 2) return 0;
  const std::size_t size = data[0] == 0 ? 4096 : data[0];
  std::string text(reinterpret_cast<const char*>(data) + 2, count - 2);
  if (data[1] == 7 && text.size() > 100) {
    const auto once = text;
    while (text.size() < 80'000) text += once;
  }
  const auto whole = redact(rules, text, text.size() + 1);
  require(whole == redact(rules, text, size), "the blocks' size changes the output\n");
  for (const auto known : {kKnown, kInBase64})
    require(whole.find(known) == std::string::npos, "a known secret is in the output\n");
  return 0;
}
