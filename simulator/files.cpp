#include "files.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iterator>

namespace simulator {
namespace {

std::string iso(std::time_t seconds) {
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::error_code ignored;
  std::filesystem::create_directories(path.parent_path(), ignored);
  std::ofstream(path, std::ios::binary) << text;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

nlohmann::json read_json(const std::filesystem::path& path) {
  nlohmann::json value = nlohmann::json::parse(read_text(path), nullptr, false);
  return value.is_discarded() ? nlohmann::json() : value;
}

std::string pretend_digest(const std::string& seed) {
  std::string digest;
  std::uint64_t state = 0xcbf29ce484222325;
  for (int round = 0; round < 4; ++round) {
    for (const char c : seed) {
      state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    state ^= state >> 29;
    for (int shift = 60; shift >= 0; shift -= 4)
      digest += "0123456789abcdef"[(state >> shift) & 15];
  }
  return digest;
}

std::string now_iso() {
  return iso(std::time(nullptr));
}

std::string time_iso(std::filesystem::file_time_type time) {
  return iso(std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(
          std::chrono::file_clock::to_sys(time))));
}

}  // namespace simulator
