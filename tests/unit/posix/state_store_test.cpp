#include "adapters/posix/state_store.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "adapters/posix/files.hpp"
#include "support/golden.hpp"
#include "support/temporary_directory.hpp"

namespace aistack::adapters::posix {
namespace {

using aistack::testing::TemporaryDirectory;
using nlohmann::json;

class StateStore : public ::testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(directory_);
    ::chmod(directory_.c_str(), 0700);
    std::ofstream(directory_ / name) << text;
  }
  mode_t mode(const std::filesystem::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0U;
  }
  std::size_t entries() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory_))
      ++count;
    return count;
  }

  TemporaryDirectory temporary_;
  std::filesystem::path directory_ = temporary_ / "a/state";
  std::unique_ptr<ports::StateStore> store_ = make_state_store(directory_);
};

TEST_F(StateStore, IsEmptyWithoutADirectory) {
  EXPECT_EQ(store_->read("x.json").value(), std::nullopt);
  EXPECT_TRUE(store_->list().value().empty());
  EXPECT_TRUE(store_->remove("x.json"));
  EXPECT_FALSE(std::filesystem::exists(directory_));
}

TEST_F(StateStore, ReadsWhatItWrote) {
  ASSERT_TRUE(store_->write("plan.json", {{"to", "a\xff b"}, {"steps", json::array({1, 2})}}));
  ASSERT_TRUE(store_->write("plan.json", {{"to", "b"}}));
  const auto document = store_->read("plan.json").value();
  ASSERT_TRUE(document);
  EXPECT_EQ(*document, (json{{"schema", 1}, {"to", "b"}}));
  EXPECT_EQ(mode(directory_), 0700U);
  EXPECT_EQ(mode(directory_ / "plan.json"), 0600U);
  EXPECT_EQ(entries(), 1U);
}

TEST_F(StateStore, ListsAndRemoves) {
  ASSERT_TRUE(store_->write("b.json", json::object()));
  ASSERT_TRUE(store_->write("a.json", json::object()));
  put("notes.txt", "");
  put(".a.json", "");
  EXPECT_EQ(store_->list().value(), (std::vector<std::string>{"a.json", "b.json"}));
  EXPECT_TRUE(store_->remove("a.json"));
  EXPECT_TRUE(store_->remove("a.json"));
  EXPECT_EQ(store_->list().value(), std::vector<std::string>{"b.json"});
}

TEST_F(StateStore, NeverTakesACorruptFileForEmpty) {
  for (const auto* text : {"", "{", "[]", "null", "{}", "{\"schema\": \"1\"}", "{\"schema\": 0}",
                           "{\"schema\": 1.5}", "{\"schema\": 1} x"}) {
    put("x.json", text);
    const auto result = store_->read("x.json");
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, ErrorCode::kCorruptState) << text;
    EXPECT_NE(result.error().why.find(store_->path("x.json")), std::string::npos);
    EXPECT_FALSE(result.error().next.empty());
  }
}

TEST_F(StateStore, RefusesANewerSchema) {
  put("x.json", "{\"schema\": 2}");
  const auto result = store_->read("x.json");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNewerSchema);
  EXPECT_NE(result.error().why.find("schema 2"), std::string::npos);
}

TEST_F(StateStore, RefusesNamesThatAreNoFileNames) {
  for (const auto* name : {"", "../x.json", "a/b.json", ".hidden.json", ".."}) {
    EXPECT_EQ(store_->read(name).error().code, ErrorCode::kInternal);
    EXPECT_EQ(store_->write(name, json::object()).error().code, ErrorCode::kInternal);
    EXPECT_EQ(store_->remove(name).error().code, ErrorCode::kInternal);
  }
}

TEST_F(StateStore, DoesNotFollowSymbolicLinks) {
  std::filesystem::create_directories(temporary_ / "elsewhere");
  ::chmod((temporary_ / "elsewhere").c_str(), 0700);
  std::ofstream(temporary_ / "elsewhere/x.json") << "{\"schema\": 1}";
  put("other.json", "{}");
  std::filesystem::create_symlink(temporary_ / "elsewhere/x.json", directory_ / "x.json");
  EXPECT_FALSE(store_->read("x.json"));

  std::filesystem::remove_all(directory_);
  std::filesystem::create_directory_symlink(temporary_ / "elsewhere", directory_);
  const auto result = store_->read("x.json");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kPermission);
  EXPECT_NE(result.error().why.find("symbolic link"), std::string::npos);
  EXPECT_FALSE(store_->write("x.json", json::object()));
  EXPECT_FALSE(store_->list());
  EXPECT_FALSE(store_->remove("x.json"));
}

TEST_F(StateStore, RefusesADirectoryThatOthersControl) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  put("x.json", "{\"schema\": 1}");
  ASSERT_EQ(::chown(directory_.c_str(), 4711, 4711), 0);
  auto result = store_->read("x.json");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kPermission);
  EXPECT_NE(result.error().why.find("belongs to user 4711"), std::string::npos);

  ASSERT_EQ(::chown(directory_.c_str(), 0, 0), 0);
  ::chmod(directory_.c_str(), 0777);
  result = store_->read("x.json");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().why.find("everybody"), std::string::npos);
}

TEST_F(StateStore, RefusesAFifoAndAHugeFileWithoutWaiting) {
  put("y.json", "");
  ASSERT_EQ(::mkfifo((directory_ / "x.json").c_str(), 0600), 0);
  EXPECT_EQ(store_->read("x.json").error().code, ErrorCode::kIo);
  ASSERT_EQ(::truncate((directory_ / "y.json").c_str(), 1 << 30), 0);
  EXPECT_EQ(store_->read("y.json").error().code, ErrorCode::kIo);
}

TEST_F(StateStore, RemovesTheTemporaryFilesOfDeadProcesses) {
  put(".plan.json.999999999.tmp", "half");
  put(".plan.json." + std::to_string(::getppid()) + ".tmp", "of a living one");
  ASSERT_TRUE(store_->write("plan.json", json::object()));
  EXPECT_FALSE(std::filesystem::exists(directory_ / ".plan.json.999999999.tmp"));
  EXPECT_EQ(entries(), 2U);
}

// Runs in a child with a mount namespace of its own; the exit code tells.
int write_on_a_full_disk(const std::filesystem::path& directory) {
  constexpr int kSkip = 77;
  if (::unshare(CLONE_NEWNS) != 0) return kSkip;
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return kSkip;
  if (::mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=64k,mode=0700") != 0) return kSkip;
  const auto store = make_state_store(directory);
  if (!store->write("x.json", {{"old", true}})) return 1;
  const auto result = store->write("x.json", {{"big", std::string(1 << 20, 'x')}});
  if (result || result.error().code != ErrorCode::kDiskFull) return 2;
  if (result.error().why.find("ENOSPC: No space left on device") == std::string::npos) return 3;
  const auto old = store->read("x.json");
  if (!old || !old.value() || !(*old.value())["old"].is_boolean()) return 4;
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory))
    ++entries;
  return entries == 1 ? 0 : 5;
}

TEST_F(StateStore, KeepsTheOldDocumentWhenTheDiskIsFull) {
  const auto place = temporary_ / "full";
  std::filesystem::create_directory(place);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(write_on_a_full_disk(place));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "no mount namespace allowed here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(ReadText, IsBoundedAndTellsAbsentFromUnreadable) {
  const TemporaryDirectory temporary;
  EXPECT_EQ(read_text(temporary / "none", 10).value(), std::nullopt);
  std::ofstream(temporary / "file") << "0123456789";
  EXPECT_EQ(read_text(temporary / "file", 10).value(), "0123456789");
  EXPECT_EQ(read_text(temporary / "file", 9).error().code, ErrorCode::kIo);
  EXPECT_EQ(read_text(temporary.path(), 9).error().code, ErrorCode::kIo);
  EXPECT_EQ(read_text(temporary / "file/below", 9).value(), std::nullopt);
}

TEST(ErrnoError, NamesTheErrorAndThePath) {
  EXPECT_EQ(errno_error(ENOSPC, "/x").why, "/x: ENOSPC: No space left on device");
  EXPECT_EQ(errno_error(EDQUOT, "/x").code, ErrorCode::kDiskFull);
  EXPECT_EQ(errno_error(EROFS, "/x").code, ErrorCode::kPermission);
  EXPECT_EQ(errno_error(EIO, "/x").code, ErrorCode::kIo);
}

}  // namespace
}  // namespace aistack::adapters::posix
