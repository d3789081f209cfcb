#include "cli/render/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/render/pull_line.hpp"
#include "cli/render/table.hpp"

namespace aistack::cli {
namespace {

using operations::PullTotals;

constexpr std::chrono::milliseconds kFrame{100};
constexpr std::size_t kMostLines = 15;  // more would not fit a small terminal

std::string safe(std::string_view text) {
  auto line = printable(text, 500);
  std::replace(line.begin(), line.end(), '\t', ' ');
  return line;
}

class Silent : public ProgressDisplay {
 public:
  void step(const std::string&, const std::string&) override {}
  void pull(const std::string&, const PullTotals&) override {}
  void done(const std::string&, const std::string&) override {}
  void failed(const std::string&, const std::string&) override {}
  void note(const std::string&, const std::string&) override {}
  void finish() override {}
};

// One line a step.
class Plain : public ProgressDisplay {
 public:
  enum class Ends { no, yes };
  Plain(Output& output, const ports::Clock& clock, Ends ends)
      : output_(output), clock_(clock), ends_(ends) {}

  void step(const std::string& service, const std::string& text) override {
    end_pull(service);
    announce(service, text);
  }

  void pull(const std::string& service, const PullTotals& totals) override {
    if (totals.image.empty()) {
      pulls_.erase(service);
      return;
    }
    auto [entry, is_new] = pulls_.try_emplace(service);
    if (is_new) {
      entry->second.begin = clock_.steady_now();
      announce(service, "pulling " + totals.image);
    }
    entry->second.totals = totals;
  }

  void done(const std::string& service, const std::string& text) override {
    end_pull(service);
    last_.erase(service);
    if (ends_ == Ends::yes || !last_.empty()) say(service, text);
  }

  void failed(const std::string& service, const std::string& text) override {
    pulls_.erase(service);
    last_.erase(service);
    if (ends_ == Ends::yes || !last_.empty()) say(service, "failed: " + text, Priority::error);
  }

  void note(const std::string& service, const std::string& text) override {
    say(service, "note: " + text, Priority::warning);
  }

  void finish() override {}

 private:
  struct Pull {
    SteadyTime begin{};
    PullTotals totals;
  };

  // Says what is going on, once.
  void announce(const std::string& service, const std::string& text) {
    auto& last = last_[service];
    if (last == text) return;
    last = text;
    say(service, text);
  }

  void end_pull(const std::string& service) {
    const auto pull = pulls_.find(service);
    if (pull == pulls_.end()) return;
    say(service, pulled_text(pull->second.totals, clock_.steady_now() - pull->second.begin));
    pulls_.erase(pull);
  }

  void say(const std::string& service, const std::string& text,
           Priority priority = Priority::info) {
    output_.error_line(service.empty() ? safe(text) : safe(service) + ": " + safe(text), priority);
  }

  Output& output_;
  const ports::Clock& clock_;
  Ends ends_;
  std::map<std::string, std::string> last_;  // of the services that are at work
  std::map<std::string, Pull> pulls_;
};

// A block of live lines at the bottom; notes and finished pulls are printed above it and stay. What
// else is printed takes the block's place, and the next frame draws those that go on below that.
class Live : public ProgressDisplay, public Overlay {
 public:
  Live(Output& output, const ports::Clock& clock) : output_(output), clock_(clock) {
    output_.set_overlay(this);
  }
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;
  ~Live() override {
    finish();
    output_.set_overlay(nullptr);
  }

  void step(const std::string& service, const std::string& text) override {
    auto& line = line_of(service);
    std::string above;
    if (line.rate && line.text != text) above = finished(service, pulled(line), Style::dim);
    line.text = text;
    line.rate.reset();
    line.ended.reset();
    draw(above);
  }

  void pull(const std::string& service, const PullTotals& totals) override {
    const auto now = clock_.steady_now();
    auto& line = line_of(service);
    if (totals.image.empty()) {
      line.rate.reset();
      return;
    }
    if (!line.rate) line.rate.emplace(now);
    line.rate->add(now, totals.bytes_done);
    line.totals = totals;
    if (now - last_frame_ >= kFrame) draw({});
  }

  void done(const std::string& service, const std::string& text) override {
    end(service, text, Style::good);
  }

  void failed(const std::string& service, const std::string& text) override {
    end(service, "failed: " + text, Style::bad);
  }

  void note(const std::string& service, const std::string& text) override {
    draw(finished(service, "note: " + text, Style::plain));
  }

  void finish() override {
    take_away(Printed::answer);
    lines_.clear();
  }

  void put_back() override {
    if (!lines_.empty()) draw({});
  }

  void take_away(Printed what) override {
    if (what == Printed::answer)
      std::erase_if(lines_, [](const Line& line) { return line.ended.has_value(); });
    if (block_lines_ == 0) return;
    output_.draw(clearing());
    block_lines_ = 0;
    last_text_.clear();
  }

 private:
  struct Line {
    std::string service;
    std::string text;
    std::optional<PullRate> rate;  // while it pulls
    PullTotals totals;
    std::optional<Style> ended;
  };

  Line& line_of(const std::string& service) {
    const auto found = std::find_if(lines_.begin(), lines_.end(),
                                    [&](const Line& line) { return line.service == service; });
    if (found != lines_.end()) return *found;
    name_width_ = std::max(name_width_, std::min(display_width(safe(service)), 20));
    lines_.push_back({.service = service});
    return lines_.back();
  }

  // Below those that go on.
  void end(const std::string& service, const std::string& text, Style style) {
    std::string above;
    std::erase_if(lines_, [&](const Line& line) {
      if (line.service != service) return false;
      if (line.rate && style == Style::good) above = finished(service, pulled(line), Style::dim);
      return true;
    });
    lines_.push_back({.service = service, .text = text, .ended = style});
    draw(above);
  }

  std::string pulled(const Line& line) const {
    return pulled_text(line.totals, line.rate->elapsed(clock_.steady_now()));
  }

  // "service  ", padded so that the texts stand below each other.
  std::string name_column(const std::string& service) const {
    auto name = fit(safe(service), name_width_);
    name.append(static_cast<std::size_t>(std::max(0, name_width_ - display_width(name))), ' ');
    return name + "  ";
  }

  std::string finished(const std::string& service, const std::string& text, Style style) const {
    const auto terminal = output_.terminal(Stream::err);
    const auto name = service.empty() ? std::string{} : name_column(service);
    std::string result;
    for (const auto& part : wrap(safe(text), terminal.width - display_width(name) - 1))
      result += (result.empty() ? name
                                : std::string(static_cast<std::size_t>(display_width(name)), ' ')) +
                styled(part, style, terminal.color) + '\n';
    return result;
  }

  std::string text_of(const Line& line, int width) const {
    if (line.ended)
      return styled(fit(safe(line.text), width), *line.ended, output_.terminal(Stream::err).color);
    if (!line.rate) return fit(safe(line.text), width);
    return pull_text(line.totals, *line.rate, width);
  }

  // Prints `above` where the block was, and the block below it.
  void draw(const std::string& above) {
    const auto terminal = output_.terminal(Stream::err);
    // The last column stays free: a full line would wrap on some terminals.
    const int width = terminal.width - 1;
    std::string frame = clearing() + above;
    const auto shown = std::min(lines_.size(), kMostLines);
    for (std::size_t i = 0; i < shown; ++i) {
      const auto name = name_column(lines_[i].service);
      frame += name + text_of(lines_[i], width - display_width(name)) + '\n';
    }
    if (lines_.size() > shown) frame += fmt::format("… and {} more\n", lines_.size() - shown);
    block_lines_ = shown + (lines_.size() > shown ? 1 : 0);
    last_frame_ = clock_.steady_now();
    if (frame != last_text_) output_.draw(frame);
    last_text_ = above.empty() ? frame : std::string{};
  }

  // To the block's first line, and nothing from there on.
  std::string clearing() const {
    return block_lines_ == 0 ? "" : fmt::format("\x1b[{}A\r\x1b[J", block_lines_);
  }

  Output& output_;
  const ports::Clock& clock_;
  std::vector<Line> lines_;
  int name_width_ = 8;
  std::size_t block_lines_ = 0;
  SteadyTime last_frame_{};
  std::string last_text_;
};

}  // namespace

std::unique_ptr<ProgressDisplay> make_progress(Output& output, const ports::Clock& clock,
                                               const GlobalOptions& options) {
  if (options.quiet) return std::make_unique<Silent>();
  if (options.json || !output.terminal(Stream::err).is_terminal)
    return std::make_unique<Plain>(output, clock,
                                   options.json ? Plain::Ends::yes : Plain::Ends::no);
  return std::make_unique<Live>(output, clock);
}

}  // namespace aistack::cli
