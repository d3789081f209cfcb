#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "operations/progress.hpp"

namespace aistack::cli {

// How fast bytes come: an average that follows the last seconds.
class PullRate {
 public:
  explicit PullRate(SteadyTime begin) : begin_(begin), last_(begin) {}

  void add(SteadyTime now, std::uint64_t bytes);
  // Absent until there is enough to tell.
  std::optional<double> bytes_per_second() const { return rate_; }
  std::chrono::nanoseconds elapsed(SteadyTime now) const { return now - begin_; }

 private:
  SteadyTime begin_;
  SteadyTime last_;
  std::uint64_t last_bytes_ = 0;
  std::optional<double> rate_;
};

// "pulling IMAGE [####----] 412 MB / 1.3 GB  38 MB/s  24s left"; in less room first without the
// image, then without the bar, then cut.
std::string pull_text(const operations::PullTotals& totals, const PullRate& rate, int width);

// "pulled IMAGE (1.3 GB in 34s)".
std::string pulled_text(const operations::PullTotals& totals, std::chrono::nanoseconds elapsed);

}  // namespace aistack::cli
