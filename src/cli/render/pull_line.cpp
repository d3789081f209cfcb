#include "cli/render/pull_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "cli/render/table.hpp"

namespace aistack::cli {
namespace {

using std::chrono::duration;

constexpr std::chrono::milliseconds kSample{500};
constexpr double kWeight = 0.3;  // of the newest sample
constexpr int kBar = 20;

std::string bar(double share) {
  const auto full = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * kBar);
  return fmt::format("[{}{}]", std::string(full, '#'), std::string(kBar - full, '-'));
}

std::string amounts(const operations::PullTotals& totals, const PullRate& rate) {
  auto text = human_bytes(totals.bytes_done);
  if (totals.bytes_total) text += " / " + human_bytes(*totals.bytes_total);
  const auto speed = rate.bytes_per_second();
  if (!speed || *speed < 1) return text;
  text += fmt::format("  {}/s", human_bytes(static_cast<std::uint64_t>(*speed)));
  if (!totals.bytes_total || *totals.bytes_total <= totals.bytes_done) return text;
  const auto left = static_cast<double>(*totals.bytes_total - totals.bytes_done) / *speed;
  constexpr double kTooLong = 100.0 * 86400;
  if (left < kTooLong)
    text += fmt::format(
        "  {} left",
        to_short(std::chrono::nanoseconds{static_cast<std::int64_t>((left + 1) * 1e9)}));
  return text;
}

}  // namespace

void PullRate::add(SteadyTime now, std::uint64_t bytes) {
  const auto since = now - last_;
  if (since < kSample) return;
  // A layer that is retried starts again.
  const auto gained = bytes > last_bytes_ ? bytes - last_bytes_ : 0;
  const double speed = static_cast<double>(gained) / duration<double>(since).count();
  rate_ = rate_ ? kWeight * speed + (1 - kWeight) * *rate_ : speed;
  last_ = now;
  last_bytes_ = bytes;
}

std::string pull_text(const operations::PullTotals& totals, const PullRate& rate, int width) {
  const auto numbers = totals.bytes_total || totals.bytes_done > 0
                           ? amounts(totals, rate)
                           : fmt::format("{} of {} layers", totals.layers_done, totals.layers);
  const auto image = printable(totals.image, 200);
  std::vector<std::string> variants;
  if (totals.bytes_total && *totals.bytes_total > 0) {
    const auto drawn =
        bar(static_cast<double>(totals.bytes_done) / static_cast<double>(*totals.bytes_total));
    variants.push_back(fmt::format("pulling {} {} {}", image, drawn, numbers));
    variants.push_back(fmt::format("pulling {} {}", drawn, numbers));
  } else {
    variants.push_back(fmt::format("pulling {} {}", image, numbers));
  }
  variants.push_back("pulling " + numbers);
  variants.push_back(numbers);
  for (const auto& variant : variants)
    if (display_width(variant) <= width) return variant;
  return fit(numbers, width);
}

std::string pulled_text(const operations::PullTotals& totals, std::chrono::nanoseconds elapsed) {
  const auto bytes =
      totals.bytes_total ? std::max(*totals.bytes_total, totals.bytes_done) : totals.bytes_done;
  if (bytes == 0) return "pulled " + totals.image;
  return fmt::format("pulled {} ({} in {})", totals.image, human_bytes(bytes), to_short(elapsed));
}

}  // namespace aistack::cli
