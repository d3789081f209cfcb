#include "compose/yaml_reader.hpp"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "base/text.hpp"
#include "compose/yaml_tree.hpp"

namespace aistack::compose {

namespace {

struct Explanation {
  std::string_view part;  // of yaml-cpp's message
  std::string_view message;
  std::string_view hint;
};

constexpr std::array kExplanations = std::to_array<Explanation>({
    {"referenced anchor is not defined",
     "an alias (*name) whose anchor (&name) is not defined above",
     "define it with &name, or write a text that begins with * in quotes"},
    {"alias not found", "an alias (*) without a name", "write a text that begins with * in quotes"},
    {"anchor not found", "an anchor (&) without a name",
     "write a text that begins with & in quotes"},
    {"end of map flow", "a { that is not closed, or a comma missing in it", "write { a: 1, b: 2 }"},
    {"end of sequence flow", "a [ that is not closed, or a comma missing in it", "write [a, b]"},
    {"illegal flow end", "a ] or } without its [ or {", ""},
    {"illegal tab", "a tab in the indentation", "indent with spaces"},
    {"illegal map value", "a \":\" where no value can begin",
     "put a text that contains \": \" in quotes, and check the indentation"},
    {"illegal block entry", "a \"- \" where no list can begin",
     "put the list on lines of its own, below the key"},
    {"illegal map key", "a \"? \" where no key can begin", ""},
    {"end of map not found", "this line does not fit the ones above it",
     "check its indentation and its quotes"},
    {"end of sequence not found", "this line does not fit the list above it",
     "check its indentation"},
    {"unknown escape", "a backslash in double quotes with an unknown letter behind it",
     "write \\\\ for a backslash, or use single quotes"},
    {"EOF in scalar", "a quote is never closed", "add the closing quote"},
    {"unknown token", "a text cannot begin with this character (@, `, %)", "put it in quotes"},
    {"YAML major version", "a YAML version that is not supported", "leave the %YAML line away"},
});

std::string_view line_of(const std::string& text, int line) {
  std::size_t begin = 0;
  for (int i = 1; i < line && begin != std::string::npos; ++i) {
    begin = text.find('\n', begin);
    if (begin != std::string::npos) ++begin;
  }
  if (begin == std::string::npos) return {};
  return std::string_view(text).substr(begin, text.find('\n', begin) - begin);
}

bool indented_with_tab(std::string_view line) {
  const auto content = line.find_first_not_of(" \t");
  return content != std::string_view::npos && line.substr(0, content).find('\t') != line.npos;
}

// yaml-cpp takes the end of the file for the end of a quoted text.
bool never_closed(const std::string& text, std::size_t begin) {
  while (begin < text.size() && text[begin] != '"' && text[begin] != '\'') {
    if (text[begin] == '|' || text[begin] == '>' || text[begin] == '\n') return false;
    ++begin;
  }
  if (begin >= text.size()) return false;
  const char quote = text[begin];
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != '\'') return false;
      ++i;
    }
  }
  return true;
}

void report(const YAML::Exception& error, const std::string& text, std::uint16_t file,
            Diagnostics& diagnostics) {
  const int lines = 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  const Mark mark{file, std::clamp(error.mark.line + 1, 1, lines)};
  if (indented_with_tab(line_of(text, mark.line))) {
    diagnostics.error(mark, "a tab in the indentation", "indent with spaces");
    return;
  }
  for (const auto& known : kExplanations) {
    if (error.msg.find(known.part) != std::string::npos) {
      diagnostics.error(mark, std::string(known.message), std::string(known.hint));
      return;
    }
  }
  diagnostics.error(mark, "not YAML: " + error.msg);
}

bool utf8_continues(const std::string& text, std::size_t at, std::size_t count) {
  if (at + count >= text.size()) return false;
  for (std::size_t i = 1; i <= count; ++i) {
    if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return false;
  }
  return true;
}

// Text in UTF-8 without control characters, which YAML does not allow.
bool readable(const std::string& text, std::uint16_t file, Diagnostics& diagnostics) {
  int line = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n') ++line;
    if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7F) {
      diagnostics.error({file, line}, "a control character (byte " + std::to_string(c) + ")",
                        "remove it, or write it as \\x.. in double quotes");
      return false;
    }
    if (c < 0x80) continue;
    const std::size_t more = c >= 0xF0 && c < 0xF5   ? 3
                             : c >= 0xE0 && c < 0xF0 ? 2
                             : c >= 0xC2 && c < 0xE0 ? 1
                                                     : 0;
    if (more == 0 || !utf8_continues(text, i, more)) {
      diagnostics.error({file, line}, "a byte that is not UTF-8", "save the file as UTF-8");
      return false;
    }
    i += more;
  }
  return true;
}

bool read_documents(const std::string& text, std::uint16_t file, Diagnostics& diagnostics,
                    YamlTree& tree, std::vector<Node>& documents) {
  std::istringstream stream(text);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(tree)) {
      if (tree.root()) documents.push_back(std::move(*tree.root()));
      tree.next_document();
    }
  } catch (const YAML::Exception& error) {
    const auto quoted = tree.last_quoted();
    if (!quoted || !never_closed(text, quoted->first)) {
      report(error, text, file, diagnostics);
      return false;
    }
  } catch (const YamlTree::Stop&) {
    return false;
  }
  const auto quoted = tree.last_quoted();
  if (!quoted || !never_closed(text, quoted->first)) return true;
  diagnostics.error({file, quoted->second}, "a quote is never closed", "add the closing quote");
  return false;
}

}  // namespace

std::optional<std::vector<Node>> read_yaml(const std::string& text, std::uint16_t file,
                                           Diagnostics& diagnostics, const ReadLimits& limits) {
  if (text.size() > limits.text_bytes) {
    diagnostics.error({file, 1}, "the file has " + human_bytes(text.size()) +
                                     ", a Compose file at most " + human_bytes(limits.text_bytes));
    return std::nullopt;
  }
  if (!readable(text, file, diagnostics)) return std::nullopt;
  YamlTree tree(file, diagnostics, limits);
  std::vector<Node> documents;
  if (!read_documents(text, file, diagnostics, tree, documents)) return std::nullopt;
  return documents;
}

}  // namespace aistack::compose
