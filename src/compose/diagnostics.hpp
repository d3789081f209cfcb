#pragma once

#include <string>
#include <vector>

#include "compose/node.hpp"
#include "compose/project.hpp"

namespace aistack::compose {

// Collects what is wrong and what is worth a word, so that one run reports all of it.
class Diagnostics {
 public:
  explicit Diagnostics(std::vector<std::filesystem::path> files) : files_(std::move(files)) {}

  void error(Mark mark, std::string message, std::string hint = {});
  void note(Mark mark, std::string message, std::string hint = {});

  bool failed() const { return !errors_.empty(); }
  const std::filesystem::path& file(Mark mark) const { return files_.at(mark.file); }

  // The notes, in the order of files and lines, none twice.
  std::vector<Diagnostic> notes() const;
  // kBadCatalog; `why` has one line a mistake, in the order of files and lines, at most kShown.
  Error to_error() const;

 private:
  struct Item {
    Mark mark;
    Diagnostic diagnostic;
  };
  void add(std::vector<Item>& list, Mark mark, std::string message, std::string hint);
  static std::vector<Diagnostic> sorted(std::vector<Item> list);

  std::vector<std::filesystem::path> files_;
  std::vector<Item> errors_;
  std::vector<Item> notes_;
};

}  // namespace aistack::compose
