#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace simulator {

// The faults of SIM_FAULT, e.g. "late:40,slow:300": name -> the parts after the colons.
using Faults = std::map<std::string, std::vector<std::string>>;
Faults parse_faults(const std::string& text);

// What this process was told to be, read once from its environment.
struct Settings {
  std::string service;  // SIM_SERVICE: ollama, openwebui, localai, plain
  std::string version;  // SIM_VERSION, always with "-simulator" at its end
  std::string address = "0.0.0.0";
  int port = 0;
  int schema = 1;  // SIM_SCHEMA: the layout of the data directory that this version writes
  std::string data_directory;
  Faults faults;

  bool has(const std::string& fault) const { return faults.contains(fault); }
  // The number after the fault's name; `otherwise` without the fault or without a number.
  double number(const std::string& fault, double otherwise) const;
};

// nullopt: SIM_SERVICE is missing or unknown.
std::optional<Settings> read_settings();

std::string environment(const char* name, const std::string& otherwise = "");

}  // namespace simulator
