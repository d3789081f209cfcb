// Stands in for the images of Ollama, LocalAI and Open WebUI where no registry can be reached, and
// in the tests, where it also plays their faults. It serves no model, and says so wherever it
// shows.
//
// clang-format off
//   svc [anything]                     serve as SIM_SERVICE says (Ollama's "serve" is ignored)
//   svc healthcheck                    exit 0 if the service in this container answers
//   svc stall-proxy PORT TARGET BYTES  a proxy that falls silent after so many bytes
//
// SIM_LOG: a text that it writes to its log first, as it is.
// SIM_FAULT, comma-separated:
//   late:S            listens S seconds after the start     never       never listens
//   hang              accepts, never answers            500         answers 500 to everything
//   slow:MS           answers late by so much           exit:S[:C]  exits after S seconds with C
//   memory-hog        takes memory until it is killed   wrong-port:P  listens on P instead
//   unhealthy         `healthcheck` fails, the service works
//   stubborn:S        goes on for S seconds after SIGTERM
//   lines:N           writes N lines to its log first
//   migrate:S         needs S seconds to bring an older data directory to SIM_SCHEMA; killed in the
//                     middle, the data is broken; an older SIM_SCHEMA refuses newer data
// clang-format on

#include <unistd.h>

#include <csignal>
#include <cstring>
#include <iostream>
#include <string_view>
#include <thread>

#include "files.hpp"
#include "services.hpp"
#include "stall.hpp"

namespace simulator {
namespace {

volatile std::sig_atomic_t stubborn_seconds = 0;

void on_stop_signal(int) {
  if (stubborn_seconds > 0) {
    constexpr std::string_view kSaid = "told to end, and not ending yet\n";
    static_cast<void>(!::write(STDOUT_FILENO, kSaid.data(), kSaid.size()));
    ::alarm(static_cast<unsigned>(stubborn_seconds));
  } else {
    ::_exit(0);
  }
}

void handle_signals(const Settings& settings) {
  stubborn_seconds = static_cast<int>(settings.number("stubborn", 0));
  std::signal(SIGTERM, on_stop_signal);
  std::signal(SIGINT, on_stop_signal);
  std::signal(SIGALRM, [](int) { ::_exit(0); });
}

void exit_later(const Settings& settings) {
  const auto& values = settings.faults.at("exit");
  const int code = values.size() > 1 ? std::atoi(values[1].c_str()) : 1;
  sleep_seconds(settings.number("exit", 0));
  log("simulated failure: exiting with code " + std::to_string(code));
  ::_exit(code);
}

// Bounded, so that a container without a memory limit does not take the machine down.
void take_memory(const Settings& settings) {
  const int limit_mib = static_cast<int>(settings.number("memory-hog", 512));
  for (int taken = 0; taken < limit_mib; taken += 16) {
    auto* block = new char[16 << 20];
    std::memset(block, 1, 16 << 20);
    sleep_seconds(0.02);
  }
}

// The layout of the data directory, as a program with database migrations treats it.
// False: this version cannot work with the data.
bool migrate(const Settings& settings) {
  const auto file = std::filesystem::path(settings.data_directory) / "simulator-schema";
  const std::string before = read_text(file);
  if (before == "migrating") {
    log("the database is damaged: a migration was cut off");
    return false;
  }
  const int found = before.empty() ? settings.schema : std::atoi(before.c_str());
  if (found > settings.schema) {
    log("the database has schema " + std::to_string(found) + ", this version knows " +
        std::to_string(settings.schema) + "; downgrading is not supported");
    return false;
  }
  if (found < settings.schema) {
    write_file(file, "migrating");
    const int seconds = static_cast<int>(settings.number("migrate", 0));
    for (int second = 0; second < seconds; ++second) {
      log("migrating the database from schema " + std::to_string(found) + " to " +
          std::to_string(settings.schema) + ": step " + std::to_string(second + 1) + " of " +
          std::to_string(seconds));
      sleep_seconds(1);
    }
  }
  write_file(file, std::to_string(settings.schema));
  return true;
}

Handler handler_for(const Settings& settings) {
  if (settings.service == "ollama") return ollama(settings);
  if (settings.service == "openwebui") return openwebui(settings);
  if (settings.service == "localai") return localai(settings);
  return plain(settings);
}

int run(const Settings& settings) {
  handle_signals(settings);
  log("simulator of " + settings.service + " " + settings.version + ": no model is served here");
  std::cout << environment("SIM_LOG") << std::flush;
  for (int line = 0; line < static_cast<int>(settings.number("lines", 0)); ++line) {
    log("line " + std::to_string(line) + " of the simulator's log, as long as a usual one is");
  }
  if (settings.has("exit")) std::thread(exit_later, std::cref(settings)).detach();
  if (settings.has("memory-hog")) std::thread(take_memory, std::cref(settings)).detach();
  if (!migrate(settings)) return 1;
  sleep_seconds(settings.number("late", 0));
  while (settings.has("never")) sleep_seconds(3600);
  return serve(settings, handler_for(settings));
}

int health_check(const Settings& settings) {
  if (settings.has("unhealthy")) {
    std::cout << "simulated failure of the healthcheck\n";
    return 1;
  }
  const int status = ask(settings.port, health_path(settings));
  std::cout << "GET " << health_path(settings) << ": " << status << "\n";
  return status == 200 ? 0 : 1;
}

}  // namespace
}  // namespace simulator

int main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  if (command == "stall-proxy" && argc == 5) {
    return simulator::stall_proxy(std::atoi(argv[2]), std::atoi(argv[3]), std::atol(argv[4]));
  }
  const auto settings = simulator::read_settings();
  if (!settings) {
    std::cerr << "SIM_SERVICE must be ollama, openwebui, localai or plain\n";
    return 2;
  }
  return command == "healthcheck" ? simulator::health_check(*settings) : simulator::run(*settings);
}
