#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <optional>

#include "compose/yaml_reader.hpp"

namespace aistack::compose {

// Builds our tree from yaml-cpp's events; one for each document.
class YamlTree : public YAML::EventHandler {
 public:
  // Ends the reading of a file whose bounds are passed; already reported.
  struct Stop {};

  YamlTree(std::uint16_t file, Diagnostics& diagnostics, const ReadLimits& limits)
      : file_(file), diagnostics_(diagnostics), limits_(limits) {}

  std::optional<Node>& root() { return root_; }
  // Where the last quoted scalar began, for a quote that is never closed.
  std::optional<std::pair<std::size_t, int>> last_quoted() const { return last_quoted_; }
  void next_document();

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override;
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;

 private:
  struct Key {
    std::string text;
    Mark mark;
    bool merge = false;   // a plain <<
    bool usable = false;  // a text
  };
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    std::optional<Key> key;  // read, its value not yet
    std::vector<Entry> merges;
    int depth = 1;  // of what lies in it
    std::size_t nodes = 1;
    std::size_t bytes = 0;
  };
  struct Anchored {
    Node node;
    int depth = 1;
    std::size_t nodes = 1;
    std::size_t bytes = 0;
  };

  Mark at(const YAML::Mark& mark) const { return {file_, mark.line + 1}; }
  void spend(Mark mark, std::size_t nodes, std::size_t bytes);
  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
  void close();
  void attach(Anchored value, bool merge_key, YAML::anchor_t anchor);
  void take_key(const Node& node, bool merge_key);
  void add_entry(Frame& frame, Node value);
  void apply_merges(Frame& frame);
  void check_size(const Frame& frame);
  void merge_from(Frame& frame, const Node& source, Mark mark);
  MergeTag merge_tag(const std::string& tag, Mark mark);

  std::uint16_t file_;
  Diagnostics& diagnostics_;
  const ReadLimits& limits_;
  std::vector<Frame> frames_;
  std::vector<std::optional<Anchored>> anchors_;
  std::optional<Node> root_;
  std::optional<std::pair<std::size_t, int>> last_quoted_;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace aistack::compose
