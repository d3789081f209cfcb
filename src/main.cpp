#include "app/run.hpp"

int main(int argc, char** argv) {
  return aistack::app::run(argc, argv);
}
