#include "cli/render/table.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace aistack::cli {
namespace {

constexpr int kGap = 2;
constexpr int kLeastWrapped = 24;  // less room for a text that wraps would make a ribbon of it

std::string_view sequence(Style style) {
  switch (style) {
    case Style::good:
      return "\x1b[32m";
    case Style::warning:
      return "\x1b[33m";
    case Style::bad:
      return "\x1b[31m";
    case Style::dim:
      return "\x1b[2m";
    case Style::heading:
      return "\x1b[1m";
    case Style::plain:
      break;
  }
  return {};
}

std::string one_line(std::string_view text) {
  auto safe = printable(text);
  std::replace(safe.begin(), safe.end(), '\t', ' ');
  return safe;
}

std::string padding(int columns) {
  return std::string(static_cast<std::size_t>(std::max(0, columns)), ' ');
}

}  // namespace

Style health_style(std::string_view word) {
  if (word == "green") return Style::good;
  if (word == "yellow") return Style::warning;
  if (word == "red") return Style::bad;
  return Style::plain;
}

std::string styled(std::string_view text, Style style, bool color) {
  const auto begin = sequence(style);
  if (!color || begin.empty()) return std::string{text};
  return std::string{begin} + std::string{text} + "\x1b[0m";
}

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<Cell> cells) {
  for (auto& cell : cells) cell.text = one_line(cell.text);
  cells.resize(columns_.size(), Cell{""});
  rows_.push_back(std::move(cells));
}

std::vector<int> Table::widths(std::optional<int> width) const {
  std::vector<int> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int widest = display_width(columns_[i].title);
    for (const auto& row : rows_) widest = std::max(widest, display_width(row[i].text));
    widths.push_back(widest);
  }
  if (!width) return widths;
  while (true) {
    int total = kGap * static_cast<int>(widths.size() - 1);
    for (const int w : widths) total += w;
    if (total <= *width) return widths;
    if (columns_.back().wraps && widths.back() > kLeastWrapped) {
      widths.back() = std::max(kLeastWrapped, widths.back() - (total - *width));
      continue;
    }
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (!columns_[i].least || widths[i] <= *columns_[i].least) continue;
      if (widest == widths.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == widths.size()) return widths;  // `line` cuts the rest
    --widths[widest];
  }
}

std::string Table::line(const std::vector<Cell>& cells, const std::vector<int>& widths,
                        std::optional<int> width, bool color) const {
  std::string text;
  int pending = 0;  // blanks that are written only if something follows
  int used = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const int room = width ? std::min(widths[i], *width - used - pending) : widths[i];
    const auto shown = fit(cells[i].text, room);
    const int blanks = widths[i] - display_width(shown);
    const bool right = columns_[i].align == Align::right;
    if (right) pending += blanks;
    if (!shown.empty()) {
      text += padding(pending) + styled(shown, cells[i].style, color);
      used += pending + display_width(shown);
      pending = 0;
    }
    pending += kGap + (right ? 0 : blanks);
  }
  return text + '\n';
}

// The row with its last cell on lines below each other, beside the others or, where they leave too
// little room, below them.
std::string Table::wrapped(const std::vector<Cell>& cells, std::vector<int> widths, int width,
                           bool color) const {
  int indent = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) indent += widths[i] + kGap;
  const bool beside = width - indent >= std::min(kLeastWrapped, display_width(cells.back().text));
  auto row = cells;
  row.back().text.clear();
  std::string text;
  if (!beside) {
    text = line(row, widths, width, color);
    indent = kGap;
  }
  for (const auto& part : wrap(cells.back().text, width - indent)) {
    if (text.empty()) {
      row.back().text = part;
      widths.back() = display_width(part);  // a longer word stays whole
      text = line(row, widths, std::nullopt, color);
    } else {
      text += padding(indent) + styled(part, cells.back().style, color) + '\n';
    }
  }
  return text.empty() ? line(row, widths, width, color) : text;
}

std::string Table::render(std::optional<int> width, bool color) const {
  if (columns_.empty()) return {};
  const auto column_widths = widths(width);
  std::vector<Cell> titles;
  for (const auto& column : columns_) titles.emplace_back(column.title, Style::heading);
  auto text = line(titles, column_widths, width, color);
  for (const auto& row : rows_)
    text += width && columns_.back().wraps ? wrapped(row, column_widths, *width, color)
                                           : line(row, column_widths, width, color);
  return text;
}

void print_table(Output& output, const Table& table) {
  const auto terminal = output.terminal(Stream::out);
  output.write(table.render(
      terminal.is_terminal ? std::optional<int>{terminal.width} : std::nullopt, terminal.color));
}

}  // namespace aistack::cli
