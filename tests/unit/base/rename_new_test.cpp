#include "base/rename_new.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "support/temporary_directory.hpp"

namespace aistack {
namespace {

class RenameNew : public ::testing::Test {
 protected:
  int rename(const char* from, const char* to) {
    return rename_new(AT_FDCWD, path(from).c_str(), AT_FDCWD, path(to).c_str());
  }
  std::filesystem::path path(const char* name) const { return directory_.path() / name; }
  void write(const char* name) { std::ofstream{path(name)} << name; }

  testing::TemporaryDirectory directory_;
};

TEST_F(RenameNew, Renames) {
  write("a");
  EXPECT_EQ(rename("a", "b"), 0);
  EXPECT_FALSE(exists(path("a")));
  EXPECT_TRUE(exists(path("b")));
}

TEST_F(RenameNew, LeavesWhatIsThereAlone) {
  write("a");
  write("b");
  EXPECT_EQ(rename("a", "b"), -1);
  EXPECT_EQ(errno, EEXIST);
  EXPECT_TRUE(exists(path("a")));
}

}  // namespace
}  // namespace aistack
