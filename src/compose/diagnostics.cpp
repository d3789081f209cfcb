#include "compose/diagnostics.hpp"

#include <algorithm>
#include <tuple>

#include "base/text.hpp"

namespace aistack::compose {

namespace {

constexpr std::size_t kShown = 50;   // mistakes that are printed
constexpr std::size_t kKept = 1000;  // a hostile file must not fill the memory

}  // namespace

std::string to_string(const Diagnostic& diagnostic) {
  std::string text = diagnostic.file.string() + ":";
  if (diagnostic.line > 0) text += std::to_string(diagnostic.line) + ":";
  text += " " + printable(diagnostic.message);
  if (!diagnostic.hint.empty()) text += "; " + printable(diagnostic.hint);
  return text;
}

void Diagnostics::add(std::vector<Item>& list, Mark mark, std::string message, std::string hint) {
  if (list.size() >= kKept) return;
  list.push_back({mark, {file(mark), mark.line, std::move(message), std::move(hint)}});
}

void Diagnostics::error(Mark mark, std::string message, std::string hint) {
  add(errors_, mark, std::move(message), std::move(hint));
}

void Diagnostics::note(Mark mark, std::string message, std::string hint) {
  add(notes_, mark, std::move(message), std::move(hint));
}

std::vector<Diagnostic> Diagnostics::sorted(std::vector<Item> list) {
  std::stable_sort(list.begin(), list.end(), [](const Item& a, const Item& b) {
    return std::tie(a.mark.file, a.mark.line) < std::tie(b.mark.file, b.mark.line);
  });
  std::vector<Diagnostic> result;
  for (auto& item : list) {
    const bool twice = std::any_of(result.begin(), result.end(), [&](const Diagnostic& known) {
      return known.line == item.diagnostic.line && known.file == item.diagnostic.file &&
             known.message == item.diagnostic.message;
    });
    if (!twice) result.push_back(std::move(item.diagnostic));
  }
  return result;
}

std::vector<Diagnostic> Diagnostics::notes() const {
  return sorted(notes_);
}

Error Diagnostics::to_error() const {
  const auto all = sorted(errors_);
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < all.size() && i < kShown; ++i) lines.push_back(to_string(all[i]));
  if (all.size() > kShown) {
    lines.push_back("and " + std::to_string(all.size() - kShown) + " more mistakes");
  }
  return {.code = ErrorCode::kBadCatalog, .why = join(lines, "\n")};
}

}  // namespace aistack::compose
