#include "adapters/archive/zip.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <map>

#include "support/check.hpp"
#include "support/temporary_directory.hpp"

namespace aistack::adapters::archive {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

// What another program reads from the archive, by name.
std::map<std::string, std::string> contents(const fs::path& path) {
  std::map<std::string, std::string> files;
  auto* const reader = ::archive_read_new();
  ::archive_read_support_format_zip(reader);
  EXPECT_EQ(::archive_read_open_filename(reader, path.c_str(), 65536), ARCHIVE_OK);
  struct archive_entry* entry = nullptr;
  while (::archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
    auto& text = files[::archive_entry_pathname(entry)];
    std::string block(65536, '\0');
    la_ssize_t got = 0;
    while ((got = ::archive_read_data(reader, block.data(), block.size())) > 0)
      text.append(block, 0, static_cast<std::size_t>(got));
    EXPECT_EQ(got, 0) << ::archive_error_string(reader);
  }
  ::archive_read_free(reader);
  return files;
}

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory))
    names.push_back(entry.path().filename().string());
  return names;
}

class Zip : public ::testing::Test {
 protected:
  testing::TemporaryDirectory box;
  const fs::path target = box.path() / "a.zip";
  const std::unique_ptr<ports::Archives> archives = make_zip_archives();
};

TEST_F(Zip, HoldsWhatWasWrittenWithSizesAndDigests) {
  auto writer = archives->create(target);
  ASSERT_OK(writer);
  ASSERT_OK(writer.value()->begin_file("empty.txt", Time{}));
  const auto empty = writer.value()->end_file();
  ASSERT_OK(empty);
  EXPECT_EQ(empty.value().sha256,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  ASSERT_OK(writer.value()->begin_file("folder/b.txt", Time{}));
  ASSERT_OK(writer.value()->write("ab"));
  ASSERT_OK(writer.value()->write("c"));
  const auto file = writer.value()->end_file();
  ASSERT_OK(file);
  EXPECT_EQ(file.value().bytes, 3U);
  EXPECT_EQ(file.value().sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const auto size = writer.value()->commit();
  ASSERT_OK(size);
  EXPECT_EQ(size.value(), fs::file_size(target));
  EXPECT_EQ(contents(target),
            (std::map<std::string, std::string>{{"empty.txt", ""}, {"folder/b.txt", "abc"}}));
  struct stat status {};
  ASSERT_EQ(::stat(target.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Zip, TakesLargeFilesInBlocks) {
  std::string block(1 << 20, 'x');
  for (std::size_t i = 0; i < block.size(); i += 7) block[i] = static_cast<char>(i * 31);
  auto writer = archives->create(target);
  ASSERT_OK(writer);
  ASSERT_OK(writer.value()->begin_file("large", Time{}));
  for (int i = 0; i < 8; ++i) ASSERT_OK(writer.value()->write(block));
  ASSERT_OK(writer.value()->end_file());
  ASSERT_OK(writer.value()->commit());
  EXPECT_EQ(contents(target)["large"].size(), block.size() * 8);
}

TEST_F(Zip, LeavesNothingBehindWithoutACommit) {
  {
    auto writer = archives->create(target);
    ASSERT_OK(writer);
    ASSERT_OK(writer.value()->begin_file("a", Time{}));
    ASSERT_OK(writer.value()->write("abc"));
  }
  EXPECT_THAT(names_in(box.path()), IsEmpty());
}

TEST_F(Zip, DoesNotTakeTheNameOfWhatIsThere) {
  std::ofstream(target) << "mine";
  const auto writer = archives->create(target);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::kConflict);
}

TEST_F(Zip, DoesNotTakeTheNameOfWhatCameMeanwhile) {
  auto writer = archives->create(target);
  ASSERT_OK(writer);
  std::ofstream(target) << "mine";
  const auto size = writer.value()->commit();
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().code, ErrorCode::kConflict);
  EXPECT_EQ(fs::file_size(target), 4U);
}

TEST_F(Zip, SaysThatTheDirectoryIsMissing) {
  const auto writer = archives->create(box.path() / "none" / "a.zip");
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::kIo);
  EXPECT_NE(writer.error().why.find("ENOENT"), std::string::npos) << writer.error().why;
}

TEST_F(Zip, AWriteThatFailsIsAnErrorAndLeavesNothing) {
  // As large as a file may get here: the kernel then refuses, as on a full disk.
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 100'000, before.rlim_max };
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  Result<> written = ok();
  {
    auto writer = archives->create(target);
    ASSERT_OK(writer);
    ASSERT_OK(writer.value()->begin_file("random", Time{}));
    std::string block(65536, '\0');
    std::uint32_t seed = 1;
    for (int i = 0; i < 10 && written; ++i) {
      for (auto& c : block) c = static_cast<char>((seed = seed * 1664525U + 1013904223U) >> 24U);
      written = writer.value()->write(block);
    }
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().why.find("EFBIG"), std::string::npos) << written.error().why;
  EXPECT_THAT(names_in(box.path()), IsEmpty());
}

}  // namespace
}  // namespace aistack::adapters::archive
