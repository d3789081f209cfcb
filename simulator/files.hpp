#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace simulator {

// Writes the whole file, making its directory.
void write_file(const std::filesystem::path& path, const std::string& text);
// null when the file is missing or no JSON.
nlohmann::json read_json(const std::filesystem::path& path);
std::string read_text(const std::filesystem::path& path);

// 64 hex digits made of `seed`: what stands for a SHA-256 here. Equal seeds give equal digests,
// nothing more is promised (the simulator checks no contents).
std::string pretend_digest(const std::string& seed);

std::string now_iso();
std::string time_iso(std::filesystem::file_time_type time);

}  // namespace simulator
