#pragma once

#include <set>

#include "ports/background.hpp"
#include "support/fake_clock.hpp"

namespace aistack::testing {

// Runs the work at once, on the fakes; the runs named in `hanging` (by number, from 0) never end.
class FakeBackground final : public ports::Background {
 public:
  FakeBackground(ports::Host& host, ports::StateStore& state, ports::Clock& clock)
      : machine_{host, state}, clock_(clock) {}

  std::set<int> hanging;
  int runs = 0;

  Task<> run(std::function<void(ports::Machine&)> work) override {
    if (hanging.contains(runs++)) {
      BOOST_OUTCOME_CO_TRY(co_await clock_.sleep(std::chrono::hours{24}));
    }
    work(machine_);
    co_return ok();
  }

 private:
  ports::Machine machine_;
  ports::Clock& clock_;
};

}  // namespace aistack::testing
