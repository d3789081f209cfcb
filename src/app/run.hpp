#pragma once

namespace aistack::app {

// The whole program: reads the command line, wires the adapters, runs one command. Gives the exit
// code (see docs/OPERATIONS.md).
int run(int argc, char** argv);

}  // namespace aistack::app
