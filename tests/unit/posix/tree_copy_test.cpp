#include "adapters/posix/tree_copy.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <fstream>

#include "adapters/posix/files.hpp"
#include "support/check.hpp"
#include "support/temporary_directory.hpp"

namespace aistack::adapters::posix {
namespace {

namespace fs = std::filesystem;

class TreeCopy : public ::testing::Test {
 protected:
  testing::TemporaryDirectory directory_;
  fs::path from_ = directory_.path() / "from";
  fs::path to_ = directory_.path() / "to";

  void SetUp() override { fs::create_directories(from_ / "deep/er"); }
  static void write(const fs::path& path, const std::string& text) { std::ofstream{path} << text; }
  static std::string read(const fs::path& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  static struct stat status(const fs::path& path) {
    struct stat result {};
    EXPECT_EQ(::lstat(path.c_str(), &result), 0) << path;
    return result;
  }
};

TEST_F(TreeCopy, KeepsContentModesOwnersTimesAndLinks) {
  write(from_ / "deep/er/data", std::string(3 << 20, 'x'));
  write(from_ / "empty", "");
  fs::permissions(from_ / "empty", fs::perms{0640});
  fs::permissions(from_ / "deep", fs::perms{0710});
  fs::create_symlink("deep/er/data", from_ / "link");
  fs::create_symlink("/nowhere/at/all", from_ / "dangling");
  if (::geteuid() == 0) {
    ASSERT_EQ(::lchown((from_ / "empty").c_str(), 1234, 4321), 0);
  }
  const timespec times[2] = {{1'000'000'000, 5}, {1'000'000'001, 6}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (from_ / "empty").c_str(), times, 0), 0);

  ASSERT_OK(copy_tree(from_, to_));

  EXPECT_EQ(read(to_ / "deep/er/data"), std::string(3 << 20, 'x'));
  EXPECT_EQ(fs::read_symlink(to_ / "link"), "deep/er/data");
  EXPECT_EQ(fs::read_symlink(to_ / "dangling"), "/nowhere/at/all");
  const auto before = status(from_ / "empty");
  const auto after = status(to_ / "empty");
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_gid, before.st_gid);
  EXPECT_EQ(after.st_mtim.tv_sec, 1'000'000'001);
  EXPECT_EQ(after.st_mtim.tv_nsec, 6);
  EXPECT_EQ(status(to_ / "deep").st_mode & 07777U, 0710U);
}

TEST_F(TreeCopy, KeepsExtendedAttributes) {
  write(from_ / "file", "text");
  // A file system without them (some tmpfs) must not keep the copy from being made.
  const bool can = ::setxattr((from_ / "file").c_str(), "user.aistack", "kept", 4, 0) == 0;
  ASSERT_OK(copy_tree(from_, to_));
  EXPECT_EQ(read(to_ / "file"), "text");
  char value[8] = {};
  const auto length = ::getxattr((to_ / "file").c_str(), "user.aistack", value, sizeof value);
  EXPECT_EQ(length, can ? 4 : -1);
  EXPECT_STREQ(value, can ? "kept" : "");
}

// A change of the owner takes them away, so they must come after it.
TEST_F(TreeCopy, KeepsFileCapabilitiesOfAnotherUsersProgram) {
  write(from_ / "ping", "program");
  ASSERT_EQ(::geteuid() == 0 ? ::chown((from_ / "ping").c_str(), 1000, 1000) : 0, 0);
  // cap_net_raw=ep, as <linux/capability.h> lays it out (VFS_CAP_REVISION_2).
  constexpr char kRaw[20] = {1, 0, 0, 2, 0, 32};
  constexpr auto kName = "security.capability";
  const bool can = ::setxattr((from_ / "ping").c_str(), kName, kRaw, sizeof kRaw, 0) == 0;
  ASSERT_OK(copy_tree(from_, to_));
  char value[24] = {};
  const auto length = ::getxattr((to_ / "ping").c_str(), kName, value, sizeof value);
  EXPECT_EQ(length, can ? 20 : -1);
}

TEST_F(TreeCopy, AnExistingTargetIsRefusedAndNotTouched) {
  fs::create_directory(to_);
  write(to_ / "mine", "precious");
  EXPECT_FALSE(copy_tree(from_, to_));
  EXPECT_EQ(read(to_ / "mine"), "precious");
}

TEST_F(TreeCopy, AMissingSourceIsAnError) {
  EXPECT_ERROR(copy_tree(directory_.path() / "absent", to_), ErrorCode::kIo);
}

TEST_F(TreeCopy, ACopyDoesNotFollowTheOriginal) {
  write(from_ / "file", "before");
  ASSERT_OK(copy_tree(from_, to_));
  write(from_ / "file", "after");
  EXPECT_EQ(read(to_ / "file"), "before");
}

TEST_F(TreeCopy, ReplaceTextKeepsTheModeAndLeavesNothingBeside) {
  write(from_ / "file", "old");
  fs::permissions(from_ / "file", fs::perms{0600});
  ASSERT_OK(replace_text(from_ / "file", "new"));
  EXPECT_EQ(read(from_ / "file"), "new");
  EXPECT_EQ(status(from_ / "file").st_mode & 07777U, 0600U);
  ASSERT_OK(replace_text(directory_.path() / "made/for/it", "text"));
  EXPECT_EQ(read(directory_.path() / "made/for/it"), "text");
  EXPECT_EQ(std::distance(fs::directory_iterator{from_}, {}), 2);  // file, deep
}

}  // namespace
}  // namespace aistack::adapters::posix
