#include "adapters/yaml/settings_file.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>
#include <utility>

#include "base/text.hpp"

namespace aistack::adapters::yaml {
namespace {

using domain::SettingEntry;
using domain::SettingProblem;
using domain::SettingSource;

constexpr std::size_t kMaxNodes = 2'000;  // aliases can make a small file endless
constexpr int kMaxDepth = 16;

int line_of(const YAML::Mark& mark) {
  return mark.is_null() ? 0 : mark.line + 1;
}

// The first line whose indentation holds a tab, 0 if there is none. YAML forbids it, and what the
// parser says instead ("end of map not found") helps nobody.
int line_with_tab(const std::string& text) {
  int number = 0;
  for (const auto& line : split(text, '\n')) {
    ++number;
    const auto content = line.find_first_not_of(" \t\r");
    if (content != std::string::npos && line.find('\t') < content) return number;
  }
  return 0;
}

// Turns nodes into entries with dotted keys.
class Flattener {
 public:
  Flattener(const std::filesystem::path& file, std::vector<SettingProblem>& problems)
      : file_(file), problems_(problems) {}

  void read_map(const YAML::Node& map, const std::string& prefix, int depth) {
    for (const auto& pair : map) {
      const auto& key = pair.first;
      const auto& value = pair.second;
      const SettingSource source{file_, line_of(key.Mark())};
      if (too_much(source)) return;
      if (!key.IsScalar()) {
        problems_.push_back({source, prefix, "a key must be text"});
        continue;
      }
      const auto name = prefix.empty() ? key.Scalar() : prefix + "." + key.Scalar();
      if (!value.IsMap())
        entries_.push_back(entry(name, value, source));
      else if (depth >= kMaxDepth)
        problems_.push_back({source, name, "is nested too deeply"});
      else
        read_map(value, name, depth + 1);
    }
  }

  std::vector<SettingEntry> take() { return std::move(entries_); }

 private:
  bool too_much(const SettingSource& source) {
    if (++nodes_ < kMaxNodes) return false;
    if (nodes_ == kMaxNodes)
      problems_.push_back({source, "", fmt::format("more than {} entries", kMaxNodes)});
    return true;
  }

  SettingEntry entry(const std::string& key, const YAML::Node& value, SettingSource source) {
    using Shape = SettingEntry::Shape;
    if (value.IsScalar()) return {key, Shape::scalar, {value.Scalar()}, std::move(source)};
    if (!value.IsSequence()) return {key, Shape::nothing, {}, std::move(source)};
    SettingEntry list{key, Shape::list, {}, std::move(source)};
    for (const auto& element : value) {
      if (too_much(list.source)) break;
      if (!element.IsScalar()) {
        list.shape = Shape::other;
        break;
      }
      list.values.push_back(element.Scalar());
    }
    return list;
  }

  const std::filesystem::path& file_;
  std::vector<SettingProblem>& problems_;
  std::vector<SettingEntry> entries_;
  std::size_t nodes_ = 0;
};

// Sees where documents begin, and nothing else.
class DocumentStart : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { mark_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  const YAML::Mark& mark() const { return mark_; }

 private:
  YAML::Mark mark_;
};

// Where a second document begins. Not YAML::LoadAll: at a stray "," it makes empty documents for
// ever (0.7), and never looks at what follows.
std::optional<YAML::Mark> second_document(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStart start;
  if (!parser.HandleNextDocument(start) || !parser.HandleNextDocument(start)) return std::nullopt;
  return start.mark();
}

std::vector<SettingEntry> read_document(const std::filesystem::path& file, const std::string& text,
                                        std::vector<SettingProblem>& problems) {
  if (const auto second = second_document(text)) {
    const auto at = static_cast<std::size_t>(second->pos);
    const bool comma = at < text.size() && text[at] == ',';
    problems.push_back(
        {{file, line_of(*second)},
         "",
         comma ? "not YAML: a \",\" out of place" : "a second document: one file, one document"});
    return {};
  }
  const auto root = YAML::Load(text);
  if (root.IsNull()) return {};
  if (!root.IsMap()) {
    problems.push_back({{file, line_of(root.Mark())}, "", "expected \"KEY: VALUE\" lines"});
    return {};
  }
  Flattener flattener(file, problems);
  flattener.read_map(root, "", 0);
  return flattener.take();
}

}  // namespace

std::vector<SettingEntry> read_settings_text(const std::filesystem::path& file,
                                             const std::string& text,
                                             std::vector<SettingProblem>& problems) {
  try {
    return read_document(file, text, problems);
  } catch (const YAML::Exception& exception) {
    if (const int tab = line_with_tab(text); tab > 0)
      problems.push_back({{file, tab}, "", "a tab in the indentation: YAML takes spaces only"});
    else
      problems.push_back({{file, line_of(exception.mark)},
                          "",
                          fmt::format("not YAML: {}", printable(exception.msg, 200))});
  }
  return {};
}

Result<domain::EffectiveSettings> load_settings(const std::vector<domain::ConfigFile>& files,
                                                const ReadText& read) {
  std::vector<SettingProblem> problems;
  std::vector<SettingEntry> entries;
  std::vector<std::filesystem::path> found;
  for (const auto& file : files) {
    auto text = read(file.path);
    if (!text) {
      problems.push_back({{file.path, 0}, "", "cannot be read: " + text.error().why});
    } else if (!text.value()) {
      if (file.required) problems.push_back({{file.path, 0}, "", "there is no such file"});
    } else {
      found.push_back(file.path);
      auto more = read_settings_text(file.path, *text.value(), problems);
      std::move(more.begin(), more.end(), std::back_inserter(entries));
    }
  }
  auto settings = domain::apply_settings(entries, problems);
  if (!problems.empty()) return domain::settings_error(problems);
  settings.files = std::move(found);
  return settings;
}

}  // namespace aistack::adapters::yaml
