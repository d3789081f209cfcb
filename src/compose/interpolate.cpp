#include "compose/interpolate.hpp"

#include "base/text.hpp"
#include "compose/path.hpp"

namespace aistack::compose {

namespace {

constexpr std::size_t kMaxTotal = std::size_t{16} << 20;  // of all texts of a file

class Interpolator {
 public:
  Interpolator(const Lookup& lookup, Diagnostics& diagnostics)
      : lookup_(lookup), diagnostics_(diagnostics) {}

  void walk(Node& node, const Path& path) {
    for (auto& entry : node.entries) walk(entry.value, path / entry.key);
    for (std::size_t i = 0; i < node.items.size(); ++i) walk(node.items[i], path[i]);
    if (node.is(Node::Kind::string) && node.text.find('$') != std::string::npos) text(node, path);
  }

 private:
  void text(Node& node, const Path& path) {
    auto result = substitute(node.text, lookup_, [&](const std::string& name) {
      diagnostics_.note(node.mark, "the variable " + name + " is not set; it counts as empty",
                        "give it a value, or write ${" + name + ":-default}");
    });
    total_ += result.text.size();
    if (total_ > kMaxTotal) result.outcome = Substitution::Outcome::too_long;
    if (result.outcome == Substitution::Outcome::ok) {
      node.text = std::move(result.text);
      return;
    }
    report(node, path, result);
    node = Node::make_broken(node.mark);
  }

  void report(const Node& node, const Path& path, const Substitution& result) {
    const std::string where = path.text() + ": ";
    switch (result.outcome) {
      case Substitution::Outcome::required:
        diagnostics_.error(node.mark,
                           where + "the variable " + result.variable + " has no value" +
                               (result.message.empty() ? "" : ": " + result.message),
                           "set it in the environment or in .env beside the file");
        break;
      case Substitution::Outcome::too_long:
        diagnostics_.error(node.mark,
                           where + "the text is too long once its variables have values");
        break;
      default:
        diagnostics_.error(
            node.mark,
            where + "\"" + printable(node.text, 80) + "\" has a \"$\" that begins no variable",
            "write ${NAME} for a variable, $$ for a plain \"$\"");
    }
  }

  const Lookup& lookup_;
  Diagnostics& diagnostics_;
  std::size_t total_ = 0;
};

}  // namespace

void interpolate(Node& root, const Lookup& lookup, Diagnostics& diagnostics) {
  Interpolator(lookup, diagnostics).walk(root, {});
}

}  // namespace aistack::compose
