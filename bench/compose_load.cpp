// How long the Compose loader takes for all recorded conformance cases, files read included.
// Wanted: below 50 ms. Prints the best and the median of the rounds (first argument, 30).

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "conformance/corpus.hpp"

namespace {

using namespace aistack;
using Milliseconds = std::chrono::duration<double, std::milli>;

struct Slowest {
  std::string name;
  Milliseconds took{0};
};

// All cases once; exits if one of them does not load.
Milliseconds load_all(const std::vector<std::string>& names, Slowest& slowest) {
  Milliseconds total{0};
  slowest = {};
  for (const auto& name : names) {
    const auto begin = std::chrono::steady_clock::now();
    const auto project = conformance::load_case(name);
    const Milliseconds took = std::chrono::steady_clock::now() - begin;
    if (!project) {
      fmt::print(stderr, "{}: {}\n", name, project.error().why);
      std::exit(1);
    }
    total += took;
    if (took > slowest.took) slowest = {name, took};
  }
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = std::max(1, argc > 1 ? std::atoi(argv[1]) : 30);
  const auto names = conformance::names_in(conformance::root() / "cases");
  std::vector<Milliseconds> totals;
  Slowest slowest;
  for (int round = 0; round < rounds; ++round) totals.push_back(load_all(names, slowest));
  const auto first = totals.front();
  std::sort(totals.begin(), totals.end());
  fmt::print(
      "{} cases: min {:.1f} ms, median {:.1f} ms, cold {:.1f} ms; the slowest, {}: {:.2f} ms\n",
      names.size(), totals.front().count(), totals[totals.size() / 2].count(), first.count(),
      slowest.name, slowest.took.count());
}
