#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "adapters/posix/files.hpp"
#include "adapters/posix/state_store.hpp"
#include "cli/render/error.hpp"
#include "domain/versions_lock.hpp"
#include "operations/service_record.hpp"
#include "operations/update_journal.hpp"
#include "support/golden.hpp"
#include "support/temporary_directory.hpp"
#include "world.hpp"

// Files that something or somebody has damaged, against what is then printed. Every message names
// the file, says what is wrong with it and how to get out. (config.yaml: unit/settings.)
namespace aistack::operations {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const std::string& directory, const std::string& extension) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(TESTS_DIR) / "golden" / directory))
    if (entry.path().extension() == extension) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

TEST(BadFiles, OfVersionsLockAreAnsweredWithEveryLine) {
  const auto files = files_in("versions_lock/bad", ".lock");
  ASSERT_GE(files.size(), 20U);
  for (const auto& file : files) {
    SCOPED_TRACE(file.filename());
    const auto text = adapters::posix::read_text(file, 1 << 20);
    ASSERT_TRUE(text && text.value());
    const auto lock = domain::parse_versions_lock("/etc/aistack/versions.lock", *text.value());
    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().code, ErrorCode::kBadVersionsLock);
    testing::expect_golden("versions_lock/bad/" + file.stem().string() + ".txt",
                           cli::error_text(lock.error(), false));
  }
}

// The state directory with one document in it.
class BadDocument {
 public:
  BadDocument(const fs::path& file, const std::string& name)
      : state_(adapters::posix::make_state_store(directory_.path())),
        context_{.engine = world_.engine,
                 .http = world_.http,
                 .clock = world_.clock,
                 .state = *state_,
                 .events = world_.events,
                 .secrets = world_.secrets,
                 .locks = world_.locks,
                 .host = world_.host,
                 .progress = world_.progress,
                 .catalog = world_.catalog,
                 .paths = world_.paths,
                 .settings = world_.settings,
                 .versions = world_.versions,
                 .volumes_root = "/volumes",
                 .new_operation_id = world_.context.new_operation_id,
                 .reload_catalog = world_.context.reload_catalog} {
    fs::copy_file(file, directory_.path() / name);
  }

  // How the kind of document that the golden file's name begins with is read.
  std::optional<Error> read(const std::string& kind) {
    if (kind == "plan") return error_of(read_plan(context_, "ollama"));
    if (kind == "record") return error_of(read_record(*state_, "ollama"));
    return error_of(state_->read("document.json"));
  }

  std::string shown(const Error& error) const {
    return replaced(cli::error_text(error, false), directory_.path().string(), "/var/lib/aistack");
  }

 private:
  template <class T>
  static std::optional<Error> error_of(const Result<T>& result) {
    if (result) return std::nullopt;
    return result.error();
  }

  testing::TemporaryDirectory directory_;
  testing::World world_;
  std::unique_ptr<ports::StateStore> state_;
  Context context_;
};

TEST(BadFiles, OfTheStateAreAnsweredWithTheWayOut) {
  const std::map<std::string, std::string> names{{"any", "document.json"},
                                                 {"plan", "ollama_update_plan.json"},
                                                 {"record", "ollama_service.json"}};
  const auto files = files_in("state/bad", ".json");
  ASSERT_GE(files.size(), 30U);
  for (const auto& file : files) {
    SCOPED_TRACE(file.filename());
    const auto stem = file.stem().string();
    const auto kind = stem.substr(0, stem.find('.'));
    BadDocument document{file, names.at(kind)};
    const auto error = document.read(kind);
    ASSERT_TRUE(error);
    EXPECT_FALSE(error->next.empty());
    testing::expect_golden("state/bad/" + stem + ".txt", document.shown(*error));
  }
}

}  // namespace
}  // namespace aistack::operations
