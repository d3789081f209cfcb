#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

// Golden files: what is printed is compared with tests/golden/NAME. AISTACK_ACCEPT_GOLDEN=1
// writes the files instead; the difference is then reviewed like any other.
namespace aistack::testing {

inline std::string read_whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

inline void expect_golden(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(TESTS_DIR) / "golden" / name;
  if (const char* const accept = std::getenv("AISTACK_ACCEPT_GOLDEN");
      accept != nullptr && *accept != '\0') {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  ASSERT_TRUE(std::filesystem::exists(path)) << path << " is missing; it would hold:\n" << text;
  EXPECT_EQ(text, read_whole(path)) << "differs from " << path;
}

}  // namespace aistack::testing
