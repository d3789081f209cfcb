#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output.hpp"

namespace aistack::cli {

enum class Style { plain, good, warning, bad, dim, heading };

// "green", "yellow" and "red" as the health words are coloured; everything else is plain.
Style health_style(std::string_view word);
// `text` between the style's escape sequences; unchanged without `color`.
std::string styled(std::string_view text, Style style, bool color);

// Columns that a text takes on a terminal: combining marks none, wide East Asian ones two.
int display_width(std::string_view text);
// At most `width` columns, cut with "…".
std::string fit(std::string_view text, int width);
// Lines of at most `width` columns (a longer word stands alone), broken at spaces.
std::vector<std::string> wrap(std::string_view text, int width);

// A table with aligned columns, two spaces between them and none at a line's end. Cells are made
// printable and stay on one line.
class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
    // How narrow it may become when the table is wider than the terminal; absent: never cut.
    std::optional<int> least = 8;
    // Only of the last column: goes on below itself instead of being cut.
    bool wraps = false;
  };
  struct Cell {
    std::string text;
    Style style = Style::plain;
    Cell(std::string text_, Style style_ = Style::plain) : text(std::move(text_)), style(style_) {}
    Cell(const char* text_) : text(text_) {}
  };

  explicit Table(std::vector<Column> columns);
  // Missing cells are empty.
  void add(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }
  // With `width`, columns are cut, the widest first, until a line fits, and one that wraps takes
  // the lines that it needs; without, nothing is.
  std::string render(std::optional<int> width, bool color) const;

 private:
  std::vector<int> widths(std::optional<int> width) const;
  std::string wrapped(const std::vector<Cell>& cells, std::vector<int> widths, int width,
                      bool color) const;
  std::string line(const std::vector<Cell>& cells, const std::vector<int>& widths,
                   std::optional<int> width, bool color) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// To stdout: cut and coloured on a terminal, complete and plain elsewhere.
void print_table(Output& output, const Table& table);

}  // namespace aistack::cli
