#include "app/run.hpp"

#include <cstdio>

namespace aistack::app {

int run(int, char**) {
  std::puts("aistack " AISTACK_VERSION);
  return 0;
}

}  // namespace aistack::app
